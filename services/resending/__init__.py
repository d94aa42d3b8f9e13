"""Bulk resend: many deliveries sent again by one command, in batches that survive a restart."""
