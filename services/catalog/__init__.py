"""Definitions that people edit."""
