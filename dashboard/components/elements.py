"""The few parts that must live in the browser: each class wraps one file of assets/elements."""

from typing import Any

import reflex as rx


class Time(rx.Component):
    """A moment in the viewer's zone, kept up to date by one timer per page."""

    library = "$/public/elements/time.jsx"
    tag = "Time"

    value: rx.Var[Any]
    zone: rx.Var[str]
    kind: rx.Var[str]
    empty: rx.Var[str]


class CopyButton(rx.Component):
    """A button that copies text and says so where it stands."""

    library = "$/public/elements/copy.jsx"
    tag = "CopyButton"

    text: rx.Var[str]
    label: rx.Var[str]
    word: rx.Var[str]


class Browser(rx.Component):
    """Does in the browser what the server asks for; see `components.browser`."""

    library = "$/public/elements/browser.jsx"
    tag = "Browser"


class ShownOnce(rx.Component):
    """A place for a text that only this page gets to see."""

    library = "$/public/elements/once.jsx"
    tag = "ShownOnce"

    name: rx.Var[str]
    title: rx.Var[str]
    note: rx.Var[str]
    copy_label: rx.Var[str]
    done: rx.Var[str]


class CallSnippet(rx.Component):
    """A call of the API in two languages."""

    library = "$/public/elements/call.jsx"
    tag = "CallSnippet"

    call: rx.Var[dict[str, Any]]
    reference: rx.Var[str]


class CodeView(rx.Component):
    """Text as a machine sent it, coloured when it is JSON."""

    library = "$/public/elements/code.jsx"
    tag = "CodeView"

    text: rx.Var[str]
    label: rx.Var[str]
    empty: rx.Var[str]
    note: rx.Var[str]
    max_height: rx.Var[str]


class Sparkline(rx.Component):
    """A row of small bars."""

    library = "$/public/elements/sparkline.jsx"
    tag = "Sparkline"

    values: rx.Var[list[int]]
    label: rx.Var[str]
    width: rx.Var[int]
    height: rx.Var[int]


class MacroText(rx.Component):
    """Text whose macros are coloured."""

    library = "$/public/elements/macro.jsx"
    tag = "MacroText"

    text: rx.Var[str]
    macros: rx.Var[list[Any]]


class MacroField(rx.Component):
    """A field whose macros are coloured while typing and picked from a list."""

    library = "$/public/elements/macro.jsx"
    tag = "MacroField"

    name: rx.Var[str]
    label: rx.Var[str]
    value: rx.Var[str]
    macros: rx.Var[list[Any]]
    multiline: rx.Var[bool]
    rows: rx.Var[int]
    placeholder: rx.Var[str]
    described_by: rx.Var[str]
    invalid: rx.Var[bool]
    read_only: rx.Var[bool]
    required: rx.Var[bool]
    auto_focus: rx.Var[bool]

    on_change: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class Tick(rx.Component):
    """A check box that shows its tick before the server has answered."""

    library = "$/public/elements/tick.jsx"
    tag = "Tick"

    checked: rx.Var[bool]
    name: rx.Var[str]

    on_change: rx.EventHandler[rx.event.passthrough_event_spec(bool)]


class QuickSwitch(rx.Component):
    """A switch that turns before the server has answered."""

    library = "$/public/elements/switch.jsx"
    tag = "QuickSwitch"

    checked: rx.Var[bool]
    disabled: rx.Var[bool]
    name: rx.Var[str]
    size: rx.Var[str]

    on_change: rx.EventHandler[rx.event.passthrough_event_spec(bool)]


class SuggestedField(rx.Component):
    """A field that follows suggestions until somebody types into it; a form gets what was typed."""

    library = "$/public/elements/suggested.jsx"
    tag = "SuggestedField"

    name: rx.Var[str]
    value: rx.Var[str]
    placeholder: rx.Var[str]

    on_change: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class FileUpload(rx.Component):
    """A file that somebody chooses, sent as it is, with its progress and its problem in place."""

    library = "$/public/elements/file.jsx"
    tag = "FileUpload"

    action: rx.Var[str]
    kinds: rx.Var[list[Any]]
    limit: rx.Var[int]

    on_done: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class PageBehaviour(rx.Component):
    """What holds on every page: rows that open by a click, "/" for the search, moving buttons."""

    library = "$/public/elements/page.jsx"
    tag = "PageBehaviour"

    may: rx.Var[str]


class ShortcutSwitch(rx.Component):
    """The menu entry that switches single-key shortcuts off (WCAG 2.1.4)."""

    library = "$/public/elements/page.jsx"
    tag = "ShortcutSwitch"
