"""A link with which a person chooses a password."""
