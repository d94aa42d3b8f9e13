"""Event Management: the list of all events."""
