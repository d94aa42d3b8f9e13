"""One fired event: payload, deliveries, attempts, and Resend."""
