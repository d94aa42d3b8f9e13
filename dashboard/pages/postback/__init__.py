"""The postback editor."""
