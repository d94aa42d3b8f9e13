"""Judges a postback before it is saved, tested or shown: macros, headers and target."""

import json
import re
from collections.abc import Iterable, Mapping

from services.catalog.postback_headers import header_problems
from services.macros import (
    Place,
    Position,
    Problem,
    Severity,
    body_position,
    lint,
    parse,
    render,
    secrets_in,
    sigs_in,
)
from services.name_lookup import SystemResolver
from services.target_guard import BadTarget, Blocked, Resolver, TargetPolicy

_SHOWN = 5  # problems per field: more than a person mends at once
_AUTHORITY = re.compile(r"[^:/?#]*://[^/?#]*")
_IN_PATH = frozenset({Place.PATH, Place.QUERY, Place.FRAGMENT})


class Judgement:
    """What was found: `errors` by field refuse the postback, `warnings` only go with it."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}
        self.warnings: list[str] = []

    def add(self, field: str, where: str, problems: Iterable[Problem]) -> None:
        """Sort the findings of the macro lint by how bad they are."""
        found = list(problems)
        errors = [problem.message for problem in found if problem.severity is Severity.ERROR]
        if errors:
            self.errors[field] = " ".join(dict.fromkeys(errors[:_SHOWN]))
        self.warn(
            *(
                f"{where}: {problem.message}"
                for problem in found
                if problem.severity is Severity.WARNING
            )
        )

    def warn(self, *sentences: str) -> None:
        """Add warnings, each once."""
        self.warnings += [text for text in dict.fromkeys(sentences) if text not in self.warnings]


def judge_texts(
    *,
    url: str,
    method: str,
    body: str | None,
    content_type: str,
    headers: Mapping[str, str],
    secret_names: frozenset[str],
    is_signed: bool,
    custom_fields: frozenset[str],
    lead_fields: frozenset[str],
) -> Judgement:
    """Judge everything that can be judged without asking anybody: macros and headers.

    `custom_fields` are those that the events of this postback may carry, `lead_fields` the
    free-form names that leads are known to have.
    """
    found = Judgement()
    known = {"known_fields": custom_fields, "known_lead_fields": lead_fields}
    found.add("url", "URL", lint(url, Position.URL, **known))
    for name, value in headers.items():
        found.add(f"headers.{name}", name, lint(value, Position.HEADER, **known))
        for secret in sorted(secrets_in(parse(value, Position.HEADER)) - secret_names):
            found.warn(f"{name}: there is no secret “{secret}”; it will be empty.")
    found.errors.update(header_problems(headers))
    if body is not None:
        position = body_position(content_type)
        found.add("body", "Body", lint(body, position, **known))
        if method == "GET":
            found.warn("Body: a GET call has none, so this one is kept and not sent.")
        elif position is Position.JSON and not _is_json(body):
            found.warn("Body: this will not be valid JSON. Check commas, quotes and brackets.")
    _judge_sig(
        found,
        url=url,
        body=body if method == "POST" else None,
        content_type=content_type,
        headers=headers,
        is_signed=is_signed,
    )
    return found


def _judge_sig(
    found: Judgement,
    *,
    url: str,
    body: str | None,
    content_type: str,
    headers: Mapping[str, str],
    is_signed: bool,
) -> None:
    """See to it that whoever checks `{sig}` has one place to empty, and that it will be filled."""
    in_url = sigs_in(parse(url, Position.URL))
    in_body = sigs_in(parse(body, body_position(content_type))) if body else 0
    if in_url + in_body > 1:
        found.errors.setdefault(
            "url" if in_url > 1 else "body",
            "{sig} can stand at one place of URL and body only: the partner takes it out there to "
            "check the rest.",
        )
    in_headers = any(sigs_in(parse(value, Position.HEADER)) for value in headers.values())
    if not is_signed and (in_url or in_body or in_headers):
        found.warn("{sig} will be empty until signing is switched on for this postback.")


def check_target(url: str, policy: TargetPolicy) -> str:
    """Return a sentence about a malformed or forbidden URL, or nothing; asks no name server."""
    try:
        policy.check_url(_without_macros(url))
    except BadTarget as error:
        return str(error)
    return ""


async def check_host(url: str, policy: TargetPolicy, resolver: Resolver) -> tuple[str, str]:
    """Return what is wrong with the addresses behind a URL that passed `check_target`.

    The first text refuses the URL; the second only warns, since a name server that gives no
    answer now may do so tomorrow.
    """
    try:
        await policy.check_resolved(_without_macros(url), resolver)
    except (BadTarget, Blocked) as error:
        return str(error), ""
    except OSError:
        host = policy.check_url(_without_macros(url)).host
        return "", f"URL: {host} cannot be found now. Check the spelling of the host."
    return "", ""


async def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host as the system finds them, within 3 seconds."""
    return await SystemResolver()(host, port)


def _without_macros(url: str) -> str:
    """Return the URL with a plain character for each macro, ours or another system's.

    A macro never stands where the target is decided, and its filters may contain what a URL may
    not. Macros in scheme, user, host and port stay: they are errors.
    """
    authority = _AUTHORITY.match(url)
    begin = authority.end() if authority else len(url)
    spans = {
        (macro.start, macro.end)
        for macro in parse(url, Position.URL).macros
        if macro.place in _IN_PATH
    } | {
        (problem.start, problem.end)
        for problem in lint(url, Position.URL)
        if problem.severity is Severity.WARNING and problem.start >= begin
    }
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if start >= done:
            pieces += [url[done:start], "0"]
            done = end
    return "".join([*pieces, url[done:]])


def _is_json(body: str) -> bool:
    try:
        json.loads(render(parse(body, Position.JSON), {}, trace=False).text)
    except (ValueError, RecursionError):
        return False
    return True
