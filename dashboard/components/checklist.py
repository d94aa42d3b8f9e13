"""Steps that tick themselves: the way of a newcomer through an empty installation."""

from dataclasses import dataclass

import reflex as rx

from dashboard.components.button import link_button
from dashboard.components.values import Flag, Number, Text, glyph


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what to do, why, where, and whether it is done."""

    title: Text
    text: Text
    done: Flag
    href: Text
    action: Text


def checklist(title: Text, *steps: Step, done: Number) -> rx.Component:
    """Build the steps with how many are done; each undone one offers its action."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name="al-section-title"),
            rx.el.span(done, f" of {len(steps)} done", class_name="al-dim", role="status"),
            class_name="al-checklist-head",
        ),
        rx.el.ol(*[_step(number, step) for number, step in enumerate(steps, start=1)]),
        class_name="al-card al-checklist",
    )


def _step(number: int, step: Step) -> rx.Component:
    done = step.done if isinstance(step.done, rx.Var) else rx.Var.create(step.done)
    return rx.el.li(
        rx.cond(
            done,
            rx.el.span(glyph("check"), class_name="al-step-mark", role="img", aria_label="Done"),
            rx.el.span(str(number), class_name="al-step-mark", aria_hidden="true"),
        ),
        rx.el.div(
            rx.el.p(step.title, class_name="al-step-title"),
            rx.el.p(step.text, class_name="al-field-help"),
        ),
        rx.cond(done, rx.fragment(), link_button(step.action, href=step.href, small=True)),
        data_done=rx.cond(done, "true", "false"),
    )
