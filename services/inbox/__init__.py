"""The inbox: refused calls that are matched with their lead, tried again or dismissed."""
