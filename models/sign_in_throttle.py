"""Failed sign-ins of late, so that passwords cannot be tried one after the other."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class SignInThrottle(SQLModel, table=True):
    """Whose failures: an account or an address, hashed; known accounts look like others."""

    __tablename__ = "sign_in_throttle"

    name: str = Field(primary_key=True, max_length=80)
    failures: int = 0
    last_failed_at: datetime
    blocked_until: datetime | None = None
