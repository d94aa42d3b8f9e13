"""One event: its definition, its postbacks, and how a program fires it."""
