"""Facts as pairs of name and value."""

import reflex as rx

from dashboard.components.values import Text


def key_value(*pairs: tuple[Text, Text | rx.Component | rx.Var], columns: int = 1) -> rx.Component:
    """List facts; `columns` 2 uses wide screens fully and falls back to one on narrow ones."""
    return rx.el.dl(
        *[
            rx.el.div(rx.el.dt(name), rx.el.dd(value), class_name="al-fact")
            for name, value in pairs
        ],
        class_name="al-facts",
        data_columns=str(columns),
    )


def key_value_each(
    pairs: rx.Var[list[tuple[str, str]]], *, empty: str = "None", plain: bool = False
) -> rx.Component:
    """List pairs known only at run time, such as headers; `pairs` is a Var of (name, value).

    With `plain` the values are sentences, not code.
    """
    return rx.cond(
        pairs.length() > 0,
        rx.el.dl(
            rx.foreach(
                pairs,
                lambda pair: rx.el.div(
                    rx.el.dt(pair[0], class_name="al-mono"),
                    rx.el.dd(pair[1], class_name="al-break" if plain else "al-mono al-break"),
                    class_name="al-fact",
                ),
            ),
            class_name="al-facts",
            data_columns="1",
        ),
        rx.el.p(empty, class_name="al-dim"),
    )
