"""Shared, state-less building blocks: values, Vars and handlers in, a component out."""
