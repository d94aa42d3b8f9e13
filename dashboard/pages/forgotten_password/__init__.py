"""A person who forgot the password."""
