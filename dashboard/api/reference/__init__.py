"""`/docs`: the API's description as a page, with our own look and no other host."""
