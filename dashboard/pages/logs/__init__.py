"""The event log: every firing, by filters that stand in the address."""
