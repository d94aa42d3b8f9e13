"""What a route says of itself: the right it needs, what it takes and what it answers.

`/openapi.json` is written from it, and a test walks the routes by it. The services enforce it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pydantic import BaseModel
from starlette.routing import BaseRoute

from services.actor import Right

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_MARK: Final = "afterlead_does"


@dataclass(frozen=True, slots=True)
class Does:
    """What one route does.

    `right` None: it needs none. `answer` is the shape of its 2xx answer, None for an empty one;
    `also` are further answers by status. `body` is what it takes as JSON, of which a `partial` one
    requires nothing. `problems` are the errors beside those that its method and path imply. `text`
    is the media type of an answer that is no JSON; a `versioned` one has an `ETag`.
    """

    right: Right | None
    answer: Any = None
    also: Mapping[int, Any] = field(default_factory=dict)
    body: type[BaseModel] | None = None
    partial: bool = False
    problems: frozenset[int] = frozenset()
    text: str = ""
    versioned: bool = False


def does(
    right: Right | None,
    answer: Any = None,
    *,
    also: Mapping[int, Any] | None = None,
    body: type[BaseModel] | None = None,
    partial: bool = False,
    problems: tuple[int, ...] = (),
    text: str = "",
    versioned: bool = False,
) -> Callable[[Endpoint], Endpoint]:
    """Mark a route's function, below its `@router` line; see `Does`."""
    mark = Does(
        right=right,
        answer=answer,
        also=dict(also or {}),
        body=body,
        partial=partial,
        problems=frozenset(problems),
        text=text,
        versioned=versioned,
    )

    def marked(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MARK, mark)
        return endpoint

    return marked


def does_of(route: BaseRoute) -> Does | None:
    """Return what a route of `create_api().routes` said of itself, None when it said nothing."""
    return getattr(getattr(route, "endpoint", None), _MARK, None)


def right_of(route: BaseRoute) -> Right | None:
    """Return the right that a route needs, None when it needs none."""
    mark = does_of(route)
    return mark.right if mark is not None else None
