"""The delivery log: every delivery, what goes wrong by its cause, and how destinations do."""
