"""Work on many rows by one command, whatever the work: one at a time, surviving a restart."""
