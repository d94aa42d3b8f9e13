"""Files of leads, events and status changes: judged first, then imported, undone as one step."""
