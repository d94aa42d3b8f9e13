"""The built-in receiver that shows what a partner would get."""
