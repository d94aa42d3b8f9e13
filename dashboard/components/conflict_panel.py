"""Two versions of one form beside each other, when somebody else saved first."""

from collections.abc import Iterable
from dataclasses import dataclass

import reflex as rx

from dashboard.components import browser
from dashboard.components.button import button
from dashboard.components.values import Handler, Text, when_text

_ID = "two-versions"


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One field of the form: what stands in it here, and what somebody else stored."""

    label: str
    yours: str
    theirs: str
    differs: bool


def conflict_lines(fields: Iterable[tuple[str, str, str]]) -> list[ConflictLine]:
    """Return a line for each (label, yours, theirs), and tell which of them differ."""
    return [
        ConflictLine(label, yours, theirs, differs=yours != theirs)
        for label, yours, theirs in fields
    ]


def show_conflict() -> rx.event.EventSpec:
    """Bring the panel into view after a Save that it held back, for a form longer than a window."""
    return browser.ask("show", id=_ID)


def conflict_panel(
    lines: rx.Var[list[ConflictLine]],
    *,
    on_keep: Handler,
    on_take: Handler,
    by: Text = "",
) -> rx.Component:
    """Show both versions while there are lines, and ask which one holds; nothing else.

    `on_keep` saves what stands in the form over their version, `on_take` fills the form with it.
    `by` says who saved. The form stays as it was typed: a line of theirs can be copied into it.
    """
    return rx.cond(
        lines.length() > 0,
        rx.el.section(
            rx.el.div(
                rx.icon("triangle-alert", size=16, aria_hidden="true"),
                rx.el.div(
                    rx.el.strong("Somebody else saved this first"),
                    when_text(by, rx.el.span("Saved by ", by, ".")),
                    rx.el.span(
                        "Nothing that you typed is lost, and nothing of theirs was overwritten. "
                        "Compare both versions, then decide."
                    ),
                    class_name="al-banner-text",
                ),
                role="alert",
                style={"display": "flex", "gap": "10px"},
            ),
            rx.el.ul(
                rx.foreach(lines, lambda line: rx.cond(line.differs, _line(line), rx.fragment())),
                aria_label="What differs",
                style=_LIST,
            ),
            rx.cond(_all_same(lines), rx.el.p("Both versions are the same.", style=_PLAIN)),
            rx.el.div(
                button("Keep mine", kind="primary", on_click=on_keep),
                button("Take theirs", on_click=on_take),
                rx.el.span(
                    "Keep mine saves your version over theirs. Take theirs drops yours.",
                    class_name="al-field-help",
                ),
                class_name="al-actions",
            ),
            id=_ID,
            aria_label="Two versions",
            class_name="al-banner",
            data_tone="warn",
            style={
                "display": "flex",
                "flex_direction": "column",
                "gap": "12px",
                "scroll_margin_top": "64px",  # below the top bar, which stays
            },
        ),
    )


def _line(line: rx.Var[ConflictLine]) -> rx.Component:
    return rx.el.li(
        rx.el.strong(line.label, style={"font_weight": "600"}),
        rx.el.div(
            _side("Yours", line.yours),
            _side("Theirs", line.theirs),
            style={
                "display": "grid",
                "grid_template_columns": "repeat(auto-fit, minmax(min(220px, 100%), 1fr))",
                "gap": "8px",
            },
        ),
        style={"display": "flex", "flex_direction": "column", "gap": "4px", "min_width": "0"},
    )


def _side(whose: str, text: rx.Var[str]) -> rx.Component:
    return rx.el.div(
        rx.el.span(whose, style={"font_size": "12px", "color": "var(--al-text-2)"}),
        rx.el.div(
            rx.cond(text != "", text, rx.el.em("Empty")),
            class_name="al-break",
            style={
                "padding": "6px 10px",
                "border": "1px solid var(--al-line-strong)",
                "border_radius": "var(--al-radius)",
                "background": "var(--al-surface)",
                "white_space": "pre-wrap",
                "max_height": "180px",
                "overflow_y": "auto",
            },
        ),
        style={"min_width": "0"},
    )


def _all_same(lines: rx.Var[list[ConflictLine]]) -> rx.Var[bool]:
    """Tell whether both wrote the same; there is no way to count with a condition in a Var."""
    return rx.Var(f"!({lines!s}).some((line) => line.differs)", _var_data=lines._get_all_var_data())


_PLAIN = {"margin": "0"}
_LIST = {
    "margin": "0",
    "padding": "0",
    "list_style": "none",
    "display": "flex",
    "flex_direction": "column",
    "gap": "12px",
    "width": "100%",
}
