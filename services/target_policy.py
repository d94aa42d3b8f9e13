"""The rules of this installation about where postbacks may go."""

from services.settings import Settings
from services.target_guard import TargetPolicy


def target_policy(settings: Settings) -> TargetPolicy:
    """Return where postbacks may go: the built-in test receiver is always allowed."""
    own = {
        ("localhost", settings.port),
        ("127.0.0.1", settings.port),
        (settings.host, settings.port),
    }
    return TargetPolicy(allowed_networks=settings.allowed_networks, own_origins=frozenset(own))
