"""Whole lists that leave the installation, each written into the audit."""
