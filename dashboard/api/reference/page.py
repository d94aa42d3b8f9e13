"""The page at `/docs` as a whole: contents at the side, one section for each operation."""

from collections.abc import Mapping
from typing import Any

from dashboard.api.reference.markup import Html, inline, prose, tag
from dashboard.api.reference.operation import contents_entry, pretty, section


def page_of(document: Mapping[str, Any]) -> str:
    """Return the whole page for a description; it holds no script and no style of its own."""
    chapters = [
        (chapter, [(p, m, o) for p, m, o in _operations(document) if chapter["name"] in o["tags"]])
        for chapter in document["tags"]
    ]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("title", "API · Afterlead"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("link", rel="icon", type="image/svg+xml", href="/favicon.svg"),
        tag("link", rel="stylesheet", href="/docs/style.css"),
        tag("script", src="/docs/theme.js"),
        tag("script", src="/docs/script.js", type="module"),
    )
    contents = [
        tag(
            "div",
            tag("a", chapter["name"], href=f"#{_anchor(chapter)}", class_="chapter"),
            *(contents_entry(method, operation) for _, method, operation in operations),
        )
        for chapter, operations in chapters
    ]
    side = tag(
        "nav",
        tag(
            "a",
            tag("img", src="/logo.svg", alt="", width="22", height="22"),
            tag("span", "Afterlead"),
            href="/",
            class_="brand",
        ),
        tag(
            "label",
            tag("span", "Find a call", class_="al-visually-hidden"),
            tag("input", type="search", id="find", placeholder="Find a call", autocomplete="off"),
        ),
        tag("details", tag("summary", "All calls"), *contents, open="", id="contents"),
        aria_label="Calls",
    )
    main = tag(
        "main",
        tag("h1", "API"),
        prose(document["info"]["description"]),
        _key_field(),
        tag("p", "No call is named so.", id="nothing", hidden=""),
        *(_chapter(chapter, operations, document) for chapter, operations in chapters),
        _errors(document),
        id="content",
    )
    skip = tag("a", "Skip to content", href="#content", class_="al-skip")
    return "<!doctype html>" + tag("html", head, tag("body", skip, side, main), lang="en")


def _operations(document: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    return [
        (path, method, operation)
        for path, calls in document["paths"].items()
        for method, operation in calls.items()
    ]


def _chapter(
    chapter: Mapping[str, str],
    operations: list[tuple[str, str, Mapping[str, Any]]],
    document: Mapping[str, Any],
) -> Html:
    return tag(
        "div",
        tag("h2", chapter["name"], id=_anchor(chapter)),
        tag("p", chapter["description"], class_="lead"),
        *(section(path, method, operation, document) for path, method, operation in operations),
        class_="group",
    )


def _errors(document: Mapping[str, Any]) -> Html:
    """Return each error once, with an example."""
    answers = [
        tag(
            "details",
            tag(
                "summary",
                tag("span", content["example"]["status"], class_="status", data_class="4"),
                tag("span", inline(answer["description"])),
            ),
            tag("pre", tag("code", pretty(content["example"])), tabindex="0"),
            class_="answer",
        )
        for answer in document["components"]["responses"].values()
        for content in answer["content"].values()
    ]
    return tag(
        "div",
        tag("h2", "Errors", id="errors"),
        prose("Each is `application/problem+json`; its `code` is stable, its words are not."),
        tag("section", tag("div", *answers, class_="answers"), class_="operation plain"),
    )


def _anchor(chapter: Mapping[str, str]) -> str:
    return "chapter-" + chapter["name"].lower().replace(" ", "-")


def _key_field() -> Html:
    note = "It stays in this page, for “Try it”, and is gone when you leave."
    return tag(
        "form",
        tag(
            "label",
            "Your API key",
            tag("input", type="password", id="key", autocomplete="off", placeholder="al_…"),
        ),
        tag("span", note),
        tag("a", "OpenAPI 3.1", href="/openapi.json"),
        class_="key",
    )
