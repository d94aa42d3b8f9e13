"""How the Trigger Event dialog looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button, text_link
from dashboard.components.call_snippet import by_api, call_snippet
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.copy_button import mono
from dashboard.components.form_field import field_frame, form_columns, form_field, text_input
from dashboard.components.list_state import notice
from dashboard.components.status_badge import method_badge
from dashboard.components.values import has_text, when
from dashboard.pages.lead.state import LeadState
from dashboard.pages.lead.trigger_draft import CUSTOM, CallLine, FieldLine, OptionLine
from dashboard.pages.lead.trigger_state import TriggerState
from dashboard.session import SessionState
from models.words import FieldType
from services.actor import Right


def trigger_button() -> rx.Component:
    """Build the button that opens the dialog."""
    return button("Trigger Event", kind="primary", icon="zap", on_click=TriggerState.open_form)


def trigger_dialog() -> rx.Component:
    """Build the dialog: the event, its values, and what firing it causes."""
    return form_dialog(
        rx.cond(TriggerState.options.length() > 0, _form(), _no_event()),
        title="Trigger Event",
        description="Fires an event for this lead now, as an API call would.",
        is_open=TriggerState.is_open,
        on_open_change=TriggerState.set_open,
        width="680px",
    )


def _no_event() -> rx.Component:
    return notice(
        "There is no event yet",
        "Define what can happen to a lead first, such as “sale”.",
        icon="zap",
        action=link_button(
            "+ New Event", href=routes.EVENT_NEW, kind="primary", right=Right.EDIT_DEFINITIONS
        ),
    )


def _form() -> rx.Component:
    errors = TriggerState.errors
    return rx.el.form(
        rx.el.input(type="hidden", name="ticket", value=TriggerState.ticket, read_only=True),
        when(
            ~TriggerState.can_any,
            banner("The reason stands beside each event.", tone="warn", title="No event can fire"),
        ),
        form_field(
            "Event",
            _event_select(),
            name="event",
            error=errors["event"],
            help_text=TriggerState.description,
        ),
        form_columns(
            form_field(
                "Amount",
                text_input(
                    name="amount",
                    on_change=TriggerState.type_amount.debounce(200),
                    input_mode="decimal",
                    placeholder="49.90",
                    auto_complete="off",
                ),
                name="amount",
                error=errors["amount"],
                optional=True,
            ),
            form_field(
                "Currency",
                text_input(
                    name="currency",
                    on_change=TriggerState.type_currency.debounce(200),
                    placeholder="USD",
                    max_length=3,
                    auto_complete="off",
                    style={"text_transform": "uppercase"},
                ),
                name="currency",
                error=errors["currency"],
                optional=True,
            ),
            form_field(
                "Order ID",
                text_input(
                    name="order_id",
                    on_change=TriggerState.type_order_id.debounce(200),
                    mono=True,
                    auto_complete="off",
                ),
                name="order_id",
                error=errors["order_id"],
                optional=True,
            ),
            form_field(
                "Occurred at",
                text_input(name="occurred_at", type="datetime-local"),
                name="occurred_at",
                error=errors["occurred_at"],
                optional=True,
                help_text="Now if empty. In " + SessionState.time_zone + ".",
            ),
        ),
        when(
            TriggerState.fields.length() > 0,
            rx.el.fieldset(
                rx.el.legend("Custom fields", class_name="al-label"),
                rx.foreach(TriggerState.fields, _custom_field),
                class_name="al-form al-fieldset",
            ),
        ),
        when(TriggerState.event != "", _consequences()),
        when(has_text(errors[""]), banner(errors[""], tone="bad")),
        when(has_text(TriggerState.duplicate_href), _duplicate()),
        when(
            TriggerState.event != "",
            by_api(
                call_snippet(
                    "POST",
                    "/api/v1/events",
                    body={"event": TriggerState.event, "lead_id": LeadState.id},
                    reference="record_event",
                )
            ),
        ),
        dialog_actions(
            dialog_cancel(),
            button(
                "Trigger Event",
                kind="primary",
                submit=True,
                loading=TriggerState.busy,
                disabled=~TriggerState.can_any,
            ),
        ),
        class_name="al-form",
        no_validate=True,
        on_submit=TriggerState.fire,
    )


def _custom_field(field: rx.Var[FieldLine]) -> rx.Component:
    name = CUSTOM + field.name
    part = field_frame(
        rx.el.span(field.name, class_name="al-mono"),
        text_input(
            # Of another event's field with the same name the browser would keep what was typed.
            key=TriggerState.event + field.name,
            name=name,
            id=name,
            type=rx.cond(field.kind == FieldType.DATE, "date", "text"),
            input_mode=rx.cond(field.kind == FieldType.NUMBER, "decimal", "text"),
            placeholder=field.example,
            on_change=lambda text: TriggerState.type_field(field.name, text).debounce(200),
            auto_complete="off",
            custom_attrs={
                "aria-describedby": name + "-help " + name + "-error",
                "aria-invalid": rx.cond(has_text(field.error), "true", "false"),
                "aria-required": rx.cond(field.required, "true", "false"),
            },
        ),
        name=name,
        help_text=field.help_text,
        error=field.error,
        corner=rx.cond(
            field.required,
            rx.el.span("required", class_name="al-optional"),
            rx.el.span("optional", class_name="al-optional"),
        ),
    )
    part.key = name
    return part


def _event_select() -> rx.Component:
    return rx.el.select(
        rx.el.option("Choose…", value=""),
        rx.foreach(TriggerState.options, _option),
        name="event",
        value=TriggerState.event,
        on_change=TriggerState.choose,
        class_name="al-input al-select",
    )


def _option(option: rx.Var[OptionLine]) -> rx.Component:
    return rx.el.option(option.label, value=option.name, disabled=option.is_disabled)


def _duplicate() -> rx.Component:
    return banner(
        "It fired for this lead before and Multi-Trigger is off, so nothing was recorded or sent.",
        tone="warn",
        title="This is a duplicate",
        action=text_link("Open the first event", href=TriggerState.duplicate_href),
    )


def _consequences() -> rx.Component:
    """Say what the firing causes, before it does."""
    return rx.el.section(
        rx.el.p("What it will do", class_name="al-label", style={"margin": "0 0 6px"}),
        rx.el.ul(
            _consequence(
                rx.cond(
                    TriggerState.is_conversion,
                    "Counts as a conversion in reports.",
                    "Does not count as a conversion.",
                )
            ),
            when(
                TriggerState.is_affiliate_conversion,
                _consequence("Signals the conversion to affiliate platforms."),
            ),
            rx.cond(
                TriggerState.calls.length() > 0,
                rx.foreach(TriggerState.calls, _call),
                when(
                    TriggerState.previews,
                    _consequence(
                        "Sends nothing: no postback is switched on for it. ",
                        text_link("Open the event", href=routes.event(TriggerState.event)),
                    ),
                ),
            ),
            style={
                "margin": "0",
                "padding": "0",
                "list_style": "none",
                "display": "grid",
                "gap": "6px",
                "font_size": "13px",
            },
        ),
        when(
            ~TriggerState.previews,
            rx.el.p(
                "The calls are shown again when the fields above are complete.",
                class_name="al-field-help",
            ),
        ),
        aria_label="What it will do",
        aria_live="polite",
        style={
            "padding": "12px 14px",
            "border": "1px solid var(--al-line)",
            "border_radius": "var(--al-radius-big)",
            "background": "var(--al-sunken)",
        },
    )


def _consequence(*content: rx.Component | str | rx.Var) -> rx.Component:
    return rx.el.li(*content)


def _call(call: rx.Var[CallLine]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span("Sends ", class_name="al-visually-hidden"),
            method_badge(call.method),
            rx.el.span(mono(call.url), class_name="al-break", style={"min_width": "0"}),
            style={"display": "flex", "gap": "8px", "align_items": "flex-start"},
        ),
        when(
            has_text(call.not_sent),
            rx.el.p(
                call.not_sent,
                class_name="al-field-help",
                style={"color": "var(--al-warn)"},
            ),
        ),
    )
