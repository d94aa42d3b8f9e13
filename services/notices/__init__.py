"""Operators are told: what they must know while it lasts, and the channels that hear of it."""
