"""Shapes that every resource shares."""

from typing import Annotated, Generic, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

Item = TypeVar("Item")


class Listed(TypedDict, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: Annotated[
        str | None, Field(description="the `cursor` of the next page; null: this is the last")
    ]


class FieldProblem(TypedDict):
    """One wrong field."""

    field: Annotated[str, Field(description="its name, with dots for what is nested")]
    message: Annotated[str, Field(description="what is wrong, for a person")]


class Problem(TypedDict):
    """An error (RFC 9457)."""

    type: Annotated[str, Field(description="`urn:afterlead:problem:` and the code")]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    code: Annotated[str, Field(description="stable, for programs")]
    detail: Annotated[str, Field(description="one sentence, for people; its words may change")]
    errors: list[FieldProblem]


class StaleVersionProblem(Problem):
    """Somebody changed the definition since the caller read it."""

    your_version: int
    current_version: int


class RefusedCall(Problem):
    """A refused call that stands in the incoming log."""

    submission_id: Annotated[str, Field(description="its row there; empty: it was not kept")]


class Request(TypedDict):
    """A request as it is sent; secrets in headers are masked."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None
