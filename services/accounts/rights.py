"""The one table of who may do what."""

from collections.abc import Mapping
from types import MappingProxyType

from models.words import KeyScope, Role
from services.actor import Right

# An incoming key stands in partners' URLs, so nothing but `/in` may accept it.
_EVERYTHING = frozenset(Right) - {Right.INCOMING}
_DAILY_WORK = frozenset(
    {
        Right.READ,
        Right.REVEAL_CONTACTS,
        Right.CAPTURE_LEADS,
        Right.RECORD_EVENTS,
        Right.SEND_TESTS,
        Right.RESEND,
    }
)

ROLE_RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.OWNER: _EVERYTHING,
        Role.MANAGER: _EVERYTHING - {Right.MANAGE_ACCESS},
        Role.OPERATOR: _DAILY_WORK,
        Role.VIEWER: frozenset({Right.READ}),
    }
)

SCOPE_RIGHTS: Mapping[KeyScope, frozenset[Right]] = MappingProxyType(
    {
        KeyScope.ADMIN: _EVERYTHING,
        KeyScope.WRITE: _EVERYTHING - {Right.MANAGE_ACCESS, Right.READ_AUDIT},
        # A program joins data by contact; whoever makes it a key decides that it may.
        KeyScope.READ: frozenset({Right.READ, Right.SEE_CONTACTS}),
        KeyScope.INCOMING: frozenset({Right.INCOMING}),
    }
)
