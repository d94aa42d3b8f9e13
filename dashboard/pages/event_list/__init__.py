"""One event list."""
