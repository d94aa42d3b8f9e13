"""Which events stand on a list."""

from sqlmodel import Field, SQLModel


class EventListMember(SQLModel, table=True):
    """One event on one list."""

    __tablename__ = "event_list_member"

    event_list_id: str = Field(
        primary_key=True, foreign_key="event_list.id", ondelete="CASCADE", max_length=40
    )
    event_type_id: str = Field(
        primary_key=True,
        foreign_key="event_type.id",
        ondelete="RESTRICT",
        index=True,
        max_length=40,
    )
