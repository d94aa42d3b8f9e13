"""Badges: one look for every status and verdict, always icon, word and colour together."""

import reflex as rx

from dashboard.components.values import Flag, Text, when, when_text


def status_badge(status: Text, *, detail: Text = "") -> rx.Component:
    """Show a word of `models.words` (delivery status, verdict, outcome, conversion status).

    The stylesheet gives each known word its colour and icon by `data-status`; an unknown word is
    shown neutral, `None` as a dash. `detail` stands behind the word, such as `2 of 8` for a retry.
    """
    shown = rx.el.span(
        rx.el.span(_spoken(status), class_name="al-badge-word"),
        when_text(detail, rx.el.span(detail, class_name="al-badge-detail")),
        class_name="al-badge",
        data_status=status,
    )
    if isinstance(status, rx.Var):
        return rx.cond(status, shown, rx.el.span("–", class_name="al-dim"))
    return shown


def code_badge(code: Text | int | rx.Var[int | None] | None) -> rx.Component:
    """Show an HTTP response code coloured by its class; a dash where there was no answer."""
    hundreds = code.to(int) // 100 if isinstance(code, rx.Var) else str(code or "")[:1]
    shown = rx.el.span(code, class_name="al-code-badge", data_class=hundreds)
    none = rx.el.span("–", class_name="al-dim", title="No answer")
    if isinstance(code, rx.Var):
        return rx.cond(code, shown, none)
    return shown if code else none


def method_badge(method: Text) -> rx.Component:
    """Show the HTTP method of a postback."""
    return rx.el.span(method, class_name="al-method", data_method=method)


def tag(word: Text, *, tone: str = "neutral", title: Text = "") -> rx.Component:
    """Show a small neutral, `accent`, `good`, `warn` or `bad` label, such as `Test`."""
    return rx.el.span(word, class_name="al-tag", data_tone=tone, title=title)


def flag_badges(
    *,
    is_conversion: Flag = False,
    is_affiliate_conversion: Flag = False,
    multi_trigger: Flag = False,
    again: Text = "Multi-Trigger",
    assigned_only: Flag = False,
    archived: Flag = False,
) -> rx.Component:
    """Show the switches of an event that are on, each with its consequence in the title.

    `again` may add to Multi-Trigger how often the event then fires for a lead.
    """
    return rx.el.span(
        when(
            is_conversion,
            tag("Conversion", tone="accent", title="Counts toward conversion metrics in reports"),
        ),
        when(
            is_affiliate_conversion,
            tag("Affiliate", title="Signals the conversion to affiliate platforms"),
        ),
        when(
            multi_trigger,
            tag(again, title="May fire more than once for the same lead"),
        ),
        when(
            assigned_only,
            tag("Assigned only", title="In force only in campaigns that it is assigned to"),
        ),
        when(
            archived, tag("Archived", tone="warn", title="Hidden and cannot fire; history is kept")
        ),
        class_name="al-tags",
    )


def _spoken(word: Text) -> Text:
    plain = word.to(str) if isinstance(word, rx.Var) else word  # the Var of an enum has no replace
    return plain.replace("_", " ")
