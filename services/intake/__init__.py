"""A fact arrives."""
