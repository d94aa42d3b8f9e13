"""The first owner of a new installation."""
