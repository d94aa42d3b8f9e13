"""One operation of the API as a section of the page."""

import json
from collections.abc import Mapping
from typing import Any, Final

from dashboard.api.reference.markup import Html, inline, joined, prose, tag

Json = Mapping[str, Any]

_LANGUAGES: Final = ("cURL", "Python")


def section(path: str, method: str, operation: Json, document: Json) -> Html:
    """Return the section; a form in it makes the call from the page."""
    name = operation["operationId"]
    call = _example_call(path, method, operation)
    return tag(
        "section",
        tag("h3", inline(operation["summary"]), tag("a", "#", href=f"#{name}", aria_label="Link")),
        tag("p", _verb(method), tag("code", path, class_="path"), class_="call"),
        prose(operation.get("description", "")),
        _parameters(operation),
        _body(operation),
        _snippets(call, name),
        _answers(operation, document),
        _trial(path, call, operation),
        id=name,
        class_="operation",
        data_search=f"{method} {path} {operation['summary']} {name}".lower(),
    )


def _verb(method: str) -> Html:
    return tag("span", method.upper(), class_="verb", data_verb=method)


def _parameters(operation: Json) -> Html | None:
    rows = [
        tag(
            "tr",
            tag("td", tag("code", each["name"]), tag("span", _place(each), class_="place")),
            tag("td", tag("span", _kind(each["schema"]), class_="kind"), _told(each)),
        )
        for each in operation.get("parameters", ())
    ]
    return _table("Parameters", rows)


def _place(parameter: Json) -> str:
    return parameter["in"] + (", required" if parameter.get("required") else "")


def _told(described: Json) -> Html:
    text = described.get("description") or described.get("schema", {}).get("description", "")
    return prose(text) if text else Html("")


def _body(operation: Json) -> Html | None:
    if "requestBody" not in operation:
        return None
    content = operation["requestBody"]["content"]["application/json"]
    schema = content["schema"]
    required = set(schema.get("required", ()))
    rows = [
        tag(
            "tr",
            tag(
                "td",
                tag("code", name),
                tag("span", "required", class_="place") if name in required else None,
            ),
            tag("td", tag("span", _kind(part), class_="kind"), _told(part)),
        )
        for name, part in schema.get("properties", {}).items()
    ]
    return _table("Body", rows)


def _table(title: str, rows: list[Html]) -> Html | None:
    if not rows:
        return None
    return tag("details", tag("summary", f"{title} ", _count(len(rows))), tag("table", *rows))


def _count(number: int) -> Html:
    return tag("span", number, class_="count")


def _kind(schema: Json) -> str:
    """Return what a value must be, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    choices = schema.get("anyOf")
    if choices:
        return " or ".join(dict.fromkeys(_kind(each) for each in choices))
    if "enum" in schema:
        return " | ".join(str(word) for word in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    limits = [
        f"{word} {schema[name]}"
        for name, word in (("minimum", "from"), ("maximum", "to"), ("maxLength", "at most"))
        if name in schema
    ]
    return ", ".join([schema.get("format", kind), *limits])


def _example_call(path: str, method: str, operation: Json) -> dict[str, Any]:
    """Return the call with the examples of its path and body in place, for `call.js`."""
    filled = path
    for each in operation.get("parameters", ()):
        if each["in"] == "path":
            filled = filled.replace(f"{{{each['name']}}}", str(each.get("example", "…")))
    call = {"method": method.upper(), "path": filled, "key": bool(operation["security"])}
    if "requestBody" in operation:
        call["body"] = operation["requestBody"]["content"]["application/json"]["example"]
    return call


def _snippets(call: Json, name: str) -> Html:
    tabs = [
        tag(
            "button",
            language,
            type="button",
            role="tab",
            id=f"{name}-{language}-tab",
            aria_controls=f"{name}-{language}",
            aria_selected="true" if language == _LANGUAGES[0] else "false",
        )
        for language in _LANGUAGES
    ]
    panels = [
        tag(
            "pre",
            tag("code"),
            role="tabpanel",
            id=f"{name}-{language}",
            aria_labelledby=f"{name}-{language}-tab",
            data_language=language,
            tabindex="0",
            hidden=None if language == _LANGUAGES[0] else "",
        )
        for language in _LANGUAGES
    ]
    languages = tag("div", *tabs, role="tablist", aria_label="Language")
    bar = tag("div", languages, _copy(), class_="bar")
    return tag("div", bar, *panels, class_="snippet", data_call=json.dumps(call))


def _copy() -> Html:
    return tag("button", "Copy", type="button", class_="copy")


def _answers(operation: Json, document: Json) -> Html:
    parts = []
    for status, answer in sorted(operation["responses"].items()):
        whole = answer
        if "$ref" in answer:
            # Errors look alike everywhere; the page shows each once, at its end.
            whole = problem_at(answer["$ref"], document) | {"content": {}}
        bodies = [
            tag("pre", tag("code", pretty(content["example"])), tabindex="0", aria_label=kind)
            for kind, content in whole.get("content", {}).items()
        ]
        head = (
            tag("span", status, class_="status", data_class=status[0]),
            tag("span", inline(whole["description"])),
        )
        parts.append(
            tag("details", tag("summary", *head), *bodies, class_="answer")
            if bodies
            else tag("p", *head, class_="answer")
        )
    return tag("div", tag("h4", "Answers"), *parts, class_="answers")


def problem_at(reference: str, document: Json) -> dict[str, Any]:
    """Return the error that a reference of the description leads to."""
    found: dict[str, Any] = document["components"]["responses"][reference.rpartition("/")[2]]
    return found


def pretty(example: object) -> str:
    """Return an example as text, JSON with an indent."""
    if isinstance(example, str):
        return example
    return json.dumps(example, indent=2, ensure_ascii=False)


def _trial(path: str, call: Json, operation: Json) -> Html:
    name = operation["operationId"]
    fields = [
        _input(f"{name}-{each['in']}-{each['name']}", each)
        for each in operation.get("parameters", ())
        if each["in"] in {"path", "query"}
    ]
    body = None
    if "body" in call:
        body = tag(
            "label",
            "Body",
            tag("textarea", pretty(call["body"]), name="body", rows="8", spellcheck="false"),
        )
    form = tag(
        "form",
        tag("div", *fields, class_="fields") if fields else None,
        body,
        tag("button", "Send", type="submit", class_="al-button", data_kind="primary"),
        tag("output", aria_live="polite"),
        data_method=call["method"],
        data_path=path,
        data_key="yes" if call["key"] else "no",
    )
    return tag("details", tag("summary", "Try it"), form, class_="trial")


def _input(field_id: str, parameter: Json) -> Html:
    is_path = parameter["in"] == "path"
    return tag(
        "label",
        parameter["name"],
        tag(
            "input",
            id=field_id,
            name=parameter["name"],
            data_in=parameter["in"],
            value=parameter.get("example", "") if is_path else "",
            placeholder=None if is_path else _kind(parameter["schema"])[:40],
            autocomplete="off",
            spellcheck="false",
        ),
    )


def contents_entry(method: str, operation: Json) -> Html:
    """Return the operation's line in the table of contents."""
    link = joined(_verb(method), tag("span", inline(operation["summary"])))
    return tag("a", link, href=f"#{operation['operationId']}")
