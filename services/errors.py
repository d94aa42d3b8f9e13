"""The errors that a person or a program is told about; everything else is a bug.

AppError(message)            safe to show
├─ NotFound(kind, key)       404
├─ Conflict                  409   taken, in use, wrong status, old version
│  └─ Busy                   409   in use for a moment only: try again soon
├─ InvalidInput(fields)      422   {field: text}
├─ NotAllowed                403
│  └─ NotSignedIn            401
├─ TooMany                   429
└─ Unavailable               503   the database takes nothing now; nothing was stored
"""

from collections.abc import Mapping


class AppError(Exception):
    """Something the caller can understand and act upon."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class NotFound(AppError):
    """The named thing does not exist, or not for this caller."""

    code = "not_found"

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"There is no {kind} “{key[:80]}”.")
        self.kind = kind
        self.key = key


class Conflict(AppError):
    """The request is sound, but the present state forbids it."""

    code = "conflict"

    def __init__(
        self, message: str, *, code: str | None = None, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.fields: dict[str, str] = dict(fields or {})


class Busy(Conflict):
    """Somebody else is at it right now; in a moment the state allows it."""

    code = "busy"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class StaleVersion(Conflict):
    """Somebody else changed the definition since the caller read it."""

    code = "stale_version"

    def __init__(self, kind: str, *, yours: int, current: int) -> None:
        super().__init__(
            f"This {kind} was changed by somebody else meanwhile: you have version {yours}, "
            f"the current one is {current}. Reload it and make your change again."
        )
        self.yours = yours
        self.current = current


class InvalidInput(AppError):
    """One or more fields are wrong; every wrong one is named."""

    code = "invalid_input"

    def __init__(self, fields: Mapping[str, str], *, code: str | None = None) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in fields.items()), code=code)
        self.fields = dict(fields)


class NotAllowed(AppError):
    """The caller is known and lacks the right."""

    code = "not_allowed"


class NotSignedIn(NotAllowed):
    """The caller is not known: no session, or a key that does not exist."""

    code = "not_signed_in"


class TooMany(AppError):
    """The caller must wait."""

    code = "too_many"

    def __init__(self, message: str, *, retry_after_seconds: int, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(AppError):
    """The database could not take the write; nothing was stored."""

    code = "unavailable"

    def __init__(self) -> None:
        super().__init__("The database cannot store anything now. Try again in a moment.")
