"""HTML from values: everything is escaped, unless it is HTML already."""

from html import escape


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


_EMPTY = frozenset({"img", "input", "link", "meta"})


def tag(name: str, /, *children: object, **attributes: object) -> Html:
    """Return an element; `class_` is `class`, `data_x` is `data-x`, None leaves one out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(*children)}</{name}>")


def joined(*children: object) -> Html:
    """Return the children beside each other; lists are taken apart, None is nothing."""
    parts = []
    for child in children:
        if isinstance(child, list | tuple):
            parts.append(joined(*child))
        elif isinstance(child, Html):
            parts.append(child)
        elif child is not None:
            parts.append(Html(escape(str(child))))
    return Html("".join(parts))


def prose(text: str) -> Html:
    """Return a text with `code` in backquotes and **strong** words, in paragraphs and lists."""
    blocks = [block for block in text.strip().split("\n\n") if block.strip()]
    return joined(*(_block(block) for block in blocks))


def _block(block: str) -> Html:
    if block.startswith("- "):
        points = block.removeprefix("- ").split("\n- ")
        return tag("ul", *(tag("li", inline(point)) for point in points))
    return tag("p", inline(block))


def inline(text: str) -> Html:
    """Return a line of text with its `code` and **strong** words."""
    parts = []
    for number, part in enumerate(" ".join(text.split()).split("`")):
        if number % 2:
            parts.append(tag("code", part))
        else:
            halves = part.split("**")
            parts += [tag("strong", half) if i % 2 else half for i, half in enumerate(halves)]
    return joined(*parts)
