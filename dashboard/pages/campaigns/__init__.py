"""All campaigns."""
