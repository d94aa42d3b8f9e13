"""A message that stays on the page until its cause is gone."""

import reflex as rx

from dashboard.components.values import Text, when_text

_ICONS = {"info": "info", "good": "circle-check", "warn": "triangle-alert", "bad": "circle-alert"}


def banner(
    message: Text | rx.Component,
    *,
    tone: str = "info",
    title: Text = "",
    action: rx.Component | None = None,
) -> rx.Component:
    """Say something lasting; `tone` is `info`, `good`, `warn` or `bad`, the last one alerts."""
    return rx.el.div(
        rx.icon(_ICONS[tone], size=16, aria_hidden="true"),
        rx.el.div(
            when_text(title, rx.el.strong(title)),
            rx.el.span(message),
            class_name="al-banner-text",
        ),
        action if action is not None else rx.fragment(),
        class_name="al-banner",
        data_tone=tone,
        role="alert" if tone == "bad" else "status",
    )
