"""Checks the values of custom fields: the same code for API, incoming URL, dialog and import."""

from collections.abc import Mapping
from typing import Any

from services.catalog.rows import CustomFieldRow
from services.field_values import read_value
from services.validation import find_unstorable


def read_fields(
    given: Mapping[str, Any],
    definitions: tuple[CustomFieldRow, ...],
    *,
    event: str,
    campaign: str,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values as an event keeps them, and a sentence per wrong field.

    The values stand in the order of the definitions, the sentences under `fields.<name>`: unknown
    fields, required ones without a value, and values that do not fit. `None` is no value.
    """
    stored: dict[str, Any] = {}
    known = {field.name for field in definitions}
    problems = {
        f"fields.{name[:64]}": f"The event “{event}” has no such custom field "
        f"in the campaign “{campaign}”."
        for name in given
        if name not in known
    }
    for field in definitions:
        value = given.get(field.name)
        if value is None:
            if field.required:
                problems[f"fields.{field.name}"] = (
                    f"Give a value: “{field.name}” is required for the event “{event}” "
                    f"in the campaign “{campaign}”."
                )
            continue
        unfit = find_unstorable({f"fields.{field.name}": value})
        if unfit:
            problems |= unfit
            continue
        try:
            stored[field.name] = read_value(field.type, value)
        except ValueError as error:
            problems[f"fields.{field.name}"] = str(error)
    return stored, problems
