"""Alerts: what operators are told, and the channels that hear of it."""
