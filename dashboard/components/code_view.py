"""Text as machines sent it: bodies, headers, commands."""

import reflex as rx

from dashboard.components.elements import CodeView
from dashboard.components.values import Text


def code_view(
    text: Text,
    *,
    label: Text,
    empty: Text = "No body",
    note: Text = "",
    max_height: str = "28rem",
) -> rx.Component:
    """Show a body: pretty (only white space changes) or raw, coloured when it is JSON, with copy.

    `note` stands beside the label, such as `truncated at 64 KiB`.
    """
    return CodeView.create(text=text, label=label, empty=empty, note=note, max_height=max_height)


def code_snippet(text: Text, *, label: Text = "cURL") -> rx.Component:
    """Show a command to copy, such as the cURL call that fires an event."""
    return CodeView.create(text=text, label=label, empty="", note="", max_height="")
