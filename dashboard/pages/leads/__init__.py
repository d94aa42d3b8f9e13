"""All leads."""
