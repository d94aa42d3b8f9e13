"""One call that came in: its verdict, what to do, what came in, and the answer."""
