"""Where programs touch Afterlead: the HTTP API, the test receiver, and the cookie of the pages."""
