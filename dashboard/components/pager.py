"""Keyset pages: newer and older, and which stretch is on screen."""

import reflex as rx

from dashboard.components.values import Flag, Handler, Text, glyph, when


def pager(
    *,
    shown: Text | rx.Component,
    has_newer: Flag,
    has_older: Flag,
    on_newer: Handler,
    on_older: Handler,
    loading: Flag = False,
) -> rx.Component:
    """Build `Newer` and `Older` with the range in words, such as `14:02:11 – 13:41:05`."""
    return rx.el.nav(
        rx.el.span(shown, class_name="al-pager-shown", role="status"),
        when(loading, rx.el.span(class_name="al-spinner", aria_label="Loading", role="img")),
        rx.el.span(
            rx.el.button(
                glyph("left"),
                "Newer",
                type="button",
                on_click=on_newer,
                disabled=_not(has_newer),
                class_name="al-button",
                data_kind="secondary",
                data_size="small",
            ),
            rx.el.button(
                "Older",
                glyph("right"),
                type="button",
                on_click=on_older,
                disabled=_not(has_older),
                class_name="al-button",
                data_kind="secondary",
                data_size="small",
            ),
            class_name="al-pager-buttons",
        ),
        aria_label="Pages",
        class_name="al-pager",
    )


def _not(flag: Flag) -> Flag:
    return ~flag if isinstance(flag, rx.Var) else not flag
