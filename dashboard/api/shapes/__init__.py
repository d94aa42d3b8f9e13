"""What answers look like: typed dicts that handlers return and /openapi.json describes."""
