"""The form that fires an event by hand: its rows, and what is read from it. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.catalog.rows import CustomFieldRow
from services.intake.contract import Refused
from services.intake.triggering import TriggerOption

CUSTOM: Final = "custom_"
"""Before the name of a custom field, in the form."""

FIELDS: Final = ("event", "amount", "currency", "order_id", "occurred_at")


@dataclass(frozen=True, slots=True)
class OptionLine:
    """One event of the drop-down; the reason stands in its label when it cannot fire."""

    name: str
    label: str
    is_disabled: bool


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One custom field of the chosen event, as the form asks for it."""

    name: str
    kind: str
    required: bool
    help_text: str
    example: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call that the firing will cause, or the reason why it is left out."""

    method: str
    url: str
    not_sent: str


def read_form(
    form: dict[str, Any], zone: ZoneInfo, custom: list[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the fields that were filled in, and a sentence for each that only people get wrong."""
    payload: dict[str, Any] = given_values({name: form.get(name, "") for name in FIELDS})
    if fields := custom_values({name: str(form.get(CUSTOM + name, "")) for name in custom}):
        payload["fields"] = fields
    problems: dict[str, str] = {}
    if "event" not in payload:
        problems["event"] = "Choose the event to fire."
    occurred_at = payload.pop("occurred_at", "")
    if occurred_at:
        try:
            moment = datetime.fromisoformat(occurred_at).replace(tzinfo=zone)
        except ValueError:
            problems["occurred_at"] = "Give a date and a time."
        else:
            payload["occurred_at"] = moment.isoformat()
            # Stricter than for programs, whose clock may be wrong by an hour.
            if moment > datetime.now(UTC):
                problems["occurred_at"] = "This time lies in the future."
    return payload, problems


def custom_values(given: dict[str, str]) -> dict[str, str]:
    """Return the custom fields that were filled in."""
    # Only what is empty is absent; space around a text belongs to it.
    return {name: value for name, value in given.items() if value.strip()}


def field_line(row: CustomFieldRow) -> FieldLine:
    """Return a custom field as the form asks for it."""
    return FieldLine(
        name=row.name,
        kind=row.type,
        required=row.required,
        help_text=row.help_text,
        example=row.example,
    )


def given_values(given: dict[str, Any]) -> dict[str, Any]:
    """Return the other fields that were filled in, without space around them."""
    values = {name: text for name, value in given.items() if (text := str(value).strip())}
    if "currency" in values:
        values["currency"] = values["currency"].upper()
    return values


def sentences_of(answer: Refused) -> dict[str, str]:
    """Return a refusal's sentence for each field of the form, or its message for none of them."""
    known = {
        name: text
        for name, text in answer.fields.items()
        if name in FIELDS or name.startswith("fields.")
    }
    return known or {"": answer.message}


def sent_words(deliveries: int) -> str:
    """Return what a firing sets going, as the toast says it."""
    if deliveries == 0:
        return "It has no postback, so nothing is sent."
    return f"{deliveries} postback{'s' if deliveries > 1 else ''} on the way."


def option_line(option: TriggerOption, now: datetime) -> OptionLine:
    """Return an event as the drop-down shows it."""
    reason = option.reason
    if reason and option.fired_at is not None:
        when = f"already fired {ago_words(now - option.fired_at)}"
        reason = reason.replace("Already fired for this lead", when).rstrip(".")
    label = f"{option.name} – {reason}" if reason else option.name
    return OptionLine(option.name, label, is_disabled=bool(reason))


def ago_words(age: timedelta) -> str:
    """Return an age in its largest unit."""
    # An <option> holds plain text only, so the component for times cannot stand in it.
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(age.total_seconds() // seconds)
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
