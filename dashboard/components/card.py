"""Surfaces: cards, sections and the figures of an overview."""

import reflex as rx

from dashboard.components.elements import Sparkline
from dashboard.components.values import Text, when_text


def card(*children: rx.Component, flush: bool = False) -> rx.Component:
    """Put content on a bordered surface; `flush` leaves the padding to the content."""
    return rx.el.div(*children, class_name="al-card", data_flush="true" if flush else None)


def section(
    title: Text,
    *content: rx.Component,
    description: Text | rx.Component = "",
    actions: tuple[rx.Component, ...] = (),
    flush: bool = False,
) -> rx.Component:
    """Build a titled part of a page: heading, a line of help, actions, a card with content."""
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h2(title, class_name="al-section-title"),
                _help(description),
            ),
            rx.el.div(*actions, class_name="al-actions") if actions else None,
            class_name="al-section-head",
        ),
        card(*content, flush=flush),
        class_name="al-section",
    )


def stat_card(
    label: Text,
    figure: Text | rx.Component | rx.Var,
    *,
    href: Text = "",
    delta: Text = "",
    tone: Text = "neutral",
    before: Text = "",
    trend: rx.Var[list[int]] | list[int] | None = None,
) -> rx.Component:
    """Show one figure: its change (`tone`: `good`, `bad`, `neutral`), what it was, where it leads.

    The whole card is the link to `href`, the filtered list that the figure was counted from.
    """
    inner = (
        rx.el.span(label, class_name="al-stat-label"),
        rx.el.span(
            rx.el.span(figure, class_name="al-stat-figure"),
            when_text(delta, rx.el.span(delta, class_name="al-stat-delta", data_tone=tone)),
            class_name="al-stat-line",
        ),
        when_text(before, rx.el.span(before, class_name="al-stat-before")),
        sparkline(trend, label="", width=200, height=28) if trend is not None else None,
    )
    if isinstance(href, str) and not href:
        return rx.el.div(*inner, class_name="al-stat")
    return rx.el.a(*inner, href=href, class_name="al-stat")


def sparkline(
    values: list[int] | rx.Var[list[int]], *, label: Text = "", width: int = 96, height: int = 24
) -> rx.Component:
    """Draw values as small bars, oldest first; `label` says in words what they show."""
    return Sparkline.create(values=values, label=label, width=width, height=height)


def stat_row(*cards: rx.Component) -> rx.Component:
    """Lay figures side by side, wrapping on narrow screens."""
    return rx.el.div(*cards, class_name="al-stats")


def _help(description: Text | rx.Component) -> rx.Component:
    if isinstance(description, str | rx.Var):
        return when_text(description, rx.el.p(description, class_name="al-section-help"))
    return rx.el.div(description, class_name="al-section-help")
