"""Where people and partners touch Afterlead: pages, HTTP API and what both share."""
