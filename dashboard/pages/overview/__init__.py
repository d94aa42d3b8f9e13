"""The first page: figures of the last day, and the first steps of a newcomer."""
