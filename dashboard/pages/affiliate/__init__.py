"""One affiliate."""
