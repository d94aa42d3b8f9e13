"""The incoming log: every call that came in, its verdict, and those that wait for their lead."""
