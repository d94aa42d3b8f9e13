"""Incoming URLs: what partners call us by."""
