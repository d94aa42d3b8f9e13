"""Tables: real headers, rows that are real links, sideways scroll only inside their own frame."""

from dataclasses import dataclass

import reflex as rx

from dashboard.components.values import Text


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading; `numeric` aligns it to the right, `wide_only` hides it below 640 px.

    Cells of a `wide_only` column must be `wide_only` too. `hidden_title` is for screen readers.
    `hint` says what the column counts, while the pointer rests on the heading.
    """

    title: str
    numeric: bool = False
    wide_only: bool = False
    width: str = ""
    hidden_title: bool = False
    hint: str = ""


def data_table(
    columns: list[Column | str], *body: rx.Component, label: str, dense: bool = False
) -> rx.Component:
    """Build a table; `body` is rows, or one `rx.foreach` of `table_row`s.

    `label` names it for screen readers. The frame, not the page, scrolls on narrow screens.
    """
    heads = [each if isinstance(each, Column) else Column(each) for each in columns]
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    *[
                        rx.el.th(
                            _heading(head),
                            scope="col",
                            data_numeric="true" if head.numeric else None,
                            data_wide="true" if head.wide_only else None,
                            style={"width": head.width} if head.width else {},
                        )
                        for head in heads
                    ]
                )
            ),
            rx.el.tbody(*body),
            class_name="al-table",
            aria_label=label,
            data_dense="true" if dense else None,
        ),
        class_name="al-table-frame",
        role="region",
        aria_label=f"{label}, scrolls sideways",
        tab_index=0,
    )


def _heading(head: Column) -> rx.Component | str:
    if head.hidden_title:
        return rx.el.span(head.title, class_name="al-visually-hidden")
    return rx.el.abbr(head.title, title=head.hint) if head.hint else head.title


def table_row(*cells: rx.Component, selected: bool | rx.Var[bool] = False) -> rx.Component:
    """Build a row; where it holds a `row_link`, a click anywhere in it follows that link."""
    return rx.el.tr(*cells, data_row="", data_selected=selected)


def cell(
    *content: rx.Component | Text | rx.Var,
    numeric: bool = False,
    clip: str = "",
    wide_only: bool = False,
) -> rx.Component:
    """Build a cell; `clip` is the width (CSS) after which text ends in an ellipsis."""
    return rx.el.td(
        *content,
        data_numeric="true" if numeric else None,
        data_clip="true" if clip else None,
        data_wide="true" if wide_only else None,
        style={"max_width": clip} if clip else {},
    )


def row_link(*content: rx.Component | Text | rx.Var, href: Text) -> rx.Component:
    """Build the real link of a row, which the whole row follows."""
    return rx.el.a(*content, href=href, class_name="al-row-link", data_row_link="")
