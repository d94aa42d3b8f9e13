"""One folder per noun: page.py composes, state.py holds and asks, views.py draws."""
