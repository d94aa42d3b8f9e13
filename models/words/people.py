"""Who acts: people, programs, and the links that let people in."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may do; the rights behind each role stand in `services.accounts.rights`."""

    OWNER = "owner"
    MANAGER = "manager"
    OPERATOR = "operator"
    VIEWER = "viewer"


class LinkKind(StrEnum):
    """What a link to choose a password is for."""

    INVITATION = "invitation"
    RESET = "reset"


class ActorKind(StrEnum):
    """A person, a program with a key, or the installation itself."""

    USER = "user"
    KEY = "key"
    SYSTEM = "system"


class KeyScope(StrEnum):
    """What a program may do with its API key."""

    ADMIN = "admin"
    WRITE = "write"
    READ = "read"
    INCOMING = "incoming"


class KeyState(StrEnum):
    """Whether a key works."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"
