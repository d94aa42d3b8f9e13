"""The promise is kept."""
