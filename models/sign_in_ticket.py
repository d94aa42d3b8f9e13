"""The step between a checked password and the cookie."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class SignInTicket(SQLModel, table=True):
    """Good once and for seconds: a websocket cannot set an HttpOnly cookie, a request can."""

    __tablename__ = "sign_in_ticket"

    ticket_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", max_length=40)
    expires_at: datetime
