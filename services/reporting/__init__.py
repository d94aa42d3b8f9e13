"""Questions that people ask; read only."""
