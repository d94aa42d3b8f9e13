"""All affiliates."""
