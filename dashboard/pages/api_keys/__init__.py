"""The page of the keys with which programs call us."""
