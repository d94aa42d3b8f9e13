"""Two figures over time, as bars, with the same figures as a table for screen readers."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from dashboard.components.values import Text


@dataclass(frozen=True, slots=True)
class TrendLine:
    """One bar: when it begins and how much of the highest bar each figure takes, in percent.

    `part` counts within `whole`; only every few bars carry their `tick` below.
    """

    starts: str
    tick: str
    whole: int
    part: int
    whole_percent: float
    part_percent: float


_CHART: dict[str, Any] = {
    "display": "flex",
    "align_items": "stretch",
    "gap": "2px",
    "height": "152px",
    "@media (min-width: 768px)": {"gap": "4px"},
}
_SLOT: dict[str, Any] = {
    "flex": "1 1 0",
    "min_width": "0",
    "display": "flex",
    "flex_direction": "column",
    "&:hover > div:first-of-type": {"background": "var(--al-hover)"},
}
_PLOT: dict[str, Any] = {
    "position": "relative",
    "flex": "1",
    "border_bottom": "1px solid var(--al-line-strong)",
    "border_radius": "3px 3px 0 0",
}
_BAR: dict[str, Any] = {
    "position": "absolute",
    "inset": "auto 0 0 0",
    "border_radius": "3px 3px 0 0",
    "transition": "height 200ms",
}
_WHOLE = {**_BAR, "background": "var(--al-accent-line)"}
_PART = {**_BAR, "background": "var(--al-accent-text)"}
_TICK: dict[str, Any] = {
    "height": "20px",
    "padding_top": "4px",
    "font_size": "11px",
    "line_height": "16px",
    "color": "var(--al-text-3)",
    "white_space": "nowrap",
    "font_variant_numeric": "tabular-nums",
}
_LEGEND: dict[str, Any] = {
    "display": "flex",
    "flex_wrap": "wrap",
    "gap": "4px 16px",
    "font_size": "12px",
    "color": "var(--al-text-2)",
}


def trend_chart(
    lines: rx.Var[list[TrendLine]],
    *,
    label: Text,
    whole: str,
    part: str,
    highest: rx.Var[int],
    span: str = "hour",
) -> rx.Component:
    """Draw a bar per `span`, with a legend.

    `whole` and `part` name the figures, `highest` is the tallest bar.
    """
    return rx.el.figure(
        rx.el.figcaption(
            _key(whole, _WHOLE["background"]),
            _key(part, _PART["background"]),
            rx.el.span(f"Highest {span}: ", highest, style={"margin_left": "auto"}),
            style=_LEGEND,
        ),
        rx.el.div(
            rx.foreach(lines, lambda line: _slot(line, whole, part)),
            aria_hidden="true",
            style=_CHART,
        ),
        rx.el.div(
            rx.el.table(
                rx.el.caption(label),
                rx.el.thead(
                    rx.el.tr(*[rx.el.th(name, scope="col") for name in ("From", whole, part)])
                ),
                rx.el.tbody(
                    rx.foreach(
                        lines,
                        lambda line: rx.el.tr(
                            rx.el.th(line.starts, scope="row"),
                            rx.el.td(line.whole),
                            rx.el.td(line.part),
                        ),
                    )
                ),
            ),
            # Around it: a table itself is never narrower than its text.
            class_name="al-visually-hidden",
        ),
        style={"margin": "0", "display": "flex", "flex_direction": "column", "gap": "12px"},
    )


def _slot(line: rx.Var[TrendLine], whole: str, part: str) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(style={**_WHOLE, "height": line.whole_percent.to_string() + "%"}),
            rx.el.div(style={**_PART, "height": line.part_percent.to_string() + "%"}),
            style=_PLOT,
        ),
        rx.el.div(line.tick, style=_TICK),
        title=line.starts
        + f": {whole} "
        + line.whole.to_string()
        + f", {part} "
        + line.part.to_string(),
        style=_SLOT,
    )


def _key(word: str, colour: str) -> rx.Component:
    return rx.el.span(
        rx.el.span(
            style={
                "width": "10px",
                "height": "10px",
                "border_radius": "3px",
                "background": colour,
            },
            aria_hidden="true",
        ),
        word,
        style={"display": "inline-flex", "align_items": "center", "gap": "6px"},
    )
