"""One campaign."""
