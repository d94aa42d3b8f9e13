"""The list of imports, and the way in for a file."""
