"""All event lists."""
