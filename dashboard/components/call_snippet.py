"""What a screen does by hand, as a call of the API: cURL or Python, to copy; never a real key."""

from collections.abc import Mapping

import reflex as rx

from dashboard.components.elements import CallSnippet
from dashboard.components.values import Text

Json = Mapping[str, object]


def call_snippet(
    method: str,
    path: Text,
    *,
    reference: str,
    body: Json | rx.Var | None = None,
    query: Mapping[str, Text] | None = None,
    by_key: bool = True,
) -> rx.Component:
    """Show a call; `path` is behind the origin, an empty value of `query` is left out.

    `reference` is the operation's name in /docs. `by_key` false: the path itself has the key.
    """
    call = {
        "method": method,
        "path": path,
        "body": body if isinstance(body, rx.Var) or body is None else dict(body),
        "query": dict(query or {}),
        "key": by_key,
    }
    return CallSnippet.create(call=call, reference=reference)


def by_api(*snippets: rx.Component) -> rx.Component:
    """Build a closed part of a page that shows its calls to who asks for them."""
    return rx.el.details(
        rx.el.summary("By API", class_name="al-call-summary"),
        *snippets,
        class_name="al-call",
    )
