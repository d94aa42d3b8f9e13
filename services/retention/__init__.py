"""Retention: what has served its time goes. Events and leads stay, and all that waits stays."""
