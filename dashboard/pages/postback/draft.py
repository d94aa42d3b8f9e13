"""From the rows of the form to what the services take, and from their errors back to the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboard.pages.postback.lines import HeaderLine, SecretLine


def header_values(rows: Sequence[HeaderLine]) -> dict[str, str]:
    """Return the headers by name; rows that are wholly empty count for nothing."""
    return {row.name.strip(): row.value for row in rows if row.name.strip()}


def new_secrets(rows: Sequence[SecretLine], values: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets whose value was typed, by name."""
    return {
        row.name: values[row.key]
        for row in rows
        if row.name and row.is_replacing and values.get(row.key)
    }


def removed_secrets(rows: Sequence[SecretLine], stored: Sequence[str]) -> list[str]:
    """Return the stored secrets that no row names any more."""
    kept = {row.name for row in rows}
    return [name for name in stored if name not in kept]


def secrets_in_words(rows: Sequence[SecretLine]) -> list[str]:
    """Return the names of the secrets; a value that was typed shows only that it is another."""
    return [f"{row.name} (new value)" if row.is_replacing else row.name for row in rows if row.name]


def without_lost_secrets(rows: Sequence[SecretLine], stored: Sequence[str]) -> list[SecretLine]:
    """Return the rows after somebody else saved: a secret that is gone needs its value again."""
    return [
        replace(row, is_stored=False, is_replacing=True)
        if row.is_stored and row.name not in stored
        else row
        for row in rows
    ]


def row_problems(
    headers: Sequence[HeaderLine], secrets: Sequence[SecretLine], values: Mapping[str, str]
) -> dict[str, str]:
    """Return what an object of names and values cannot express, by the key of the row."""
    problems: dict[str, str] = {}
    seen: set[str] = set()
    for row in headers:
        name = row.name.strip().lower()
        if not name and row.value:
            problems[row.key] = "Give the header a name, or remove the row."
        elif name and name in seen:
            problems[row.key] = f"“{row.name.strip()}” is there twice. Keep one of them."
        seen.add(name)
    seen = set()
    for secret in secrets:
        if not secret.name and values.get(secret.key):
            problems[secret.key] = "Give the secret a name, or remove the row."
        elif secret.name and secret.name in seen:
            problems[secret.key] = f"“{secret.name}” is there twice. Keep one of them."
        elif secret.name and secret.is_replacing and not values.get(secret.key):
            problems[secret.key] = "Give the secret its value."
        seen.add(secret.name)
    return problems


def with_header_errors(
    rows: Sequence[HeaderLine], errors: Mapping[str, str]
) -> tuple[list[HeaderLine], set[str]]:
    """Return the rows with their errors (by key or as `headers.<name>`), and the errors used."""
    used: set[str] = set()
    result: list[HeaderLine] = []
    by_lower = {field.lower(): field for field in errors}
    for row in rows:
        field = by_lower.get(f"headers.{row.name.strip()}".lower(), row.key)
        used.add(field)
        result.append(replace(row, error=errors.get(field, "")))
    return result, used


def with_secret_errors(
    rows: Sequence[SecretLine], errors: Mapping[str, str]
) -> tuple[list[SecretLine], set[str]]:
    """Return the rows with their errors (by key or as `secrets.<name>`), and the errors used."""
    used: set[str] = set()
    result: list[SecretLine] = []
    by_lower = {field.lower(): field for field in errors}
    for row in rows:
        field = by_lower.get(f"secrets.{row.name}".lower(), row.key)
        used.add(field)
        result.append(replace(row, error=errors.get(field, "")))
    return result, used
