"""The banner above every page: what needs a person now, kept up to date by changes."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from dashboard import live, routes
from dashboard.changed_vars import set_changed
from dashboard.components.button import icon_button, text_link
from dashboard.components.values import glyph, when
from dashboard.session import actor, guarded
from models.words import NoticeKind
from services.actor import Right
from services.reporting import notice_log
from services.reporting.notice_log import Attention, NoticeRow

MOST_LINES: Final = 5

_LINKS = {
    NoticeKind.DELIVERY_FAILED: "See them",
    NoticeKind.POSTBACK_PAUSED: "Open the postback",
}


@dataclass(frozen=True, slots=True)
class AttentionLine:
    """One thing that needs a person, and where to act."""

    key: str
    title: str
    text: str
    href: str
    link: str


class AttentionState(rx.State):
    """What the banner says; hidden by a person until there is something new."""

    lines: list[AttentionLine] = rx.field(default_factory=list)
    summary: str = ""
    more: str = ""
    is_grave: bool = False
    is_hidden: bool = False

    _hidden: list[str] = rx.field(default_factory=list)
    _keys: list[str] = rx.field(default_factory=list)

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show what needs a person, and again after every change."""
        async for _ in live.changes(self):
            await self._load()

    @rx.event
    @guarded(Right.READ)
    async def hide(self) -> None:
        """Hide the banner in this tab until something new needs a person."""
        self._hidden, self.is_hidden = self._keys, True

    async def _load(self) -> None:
        found = await notice_log.attention(actor())
        lines = _lines(found)
        keys = [line.key for line in lines]
        shown: dict[str, Any] = {
            "lines": lines[:MOST_LINES],
            "summary": _summary(lines),
            "more": f"{len(lines) - MOST_LINES:,} more" if len(lines) > MOST_LINES else "",
            "is_grave": any(row.kind is NoticeKind.QUEUE_LAGGING for row in found.notices),
            "is_hidden": set(keys) <= set(self._hidden),
            "_keys": keys,
        }
        await set_changed(self, shown)


class _Followed:
    """An app whose pages keep the banner up to date while they are open."""

    def __init__(self, app: rx.App) -> None:
        self._app = app

    def add_page(self, component: Any, *, on_load: Any = None, **page: Any) -> None:
        """Add the page; what it loads by itself comes first."""
        given = on_load if isinstance(on_load, list) else [on_load] if on_load else []
        self._app.add_page(component, on_load=[*given, AttentionState.follow], **page)


def followed(app: rx.App) -> Any:
    """Return the app for `register` of a page that people see once they are signed in.

    The loading of a page, not the banner on it, begins to follow: that is repeated after each
    reconnect, and ended when the page is left.
    """
    return _Followed(app)


def banner() -> rx.Component:
    """Build the banner: one line that opens to the list, or nothing."""
    return rx.el.div(
        when(
            (AttentionState.lines.length() > 0) & ~AttentionState.is_hidden,
            rx.el.div(
                rx.el.details(
                    rx.el.summary(
                        rx.icon("triangle-alert", size=16, aria_hidden="true"),
                        rx.el.strong(AttentionState.summary),
                        glyph("down"),
                    ),
                    rx.el.ul(
                        rx.foreach(AttentionState.lines, _line),
                        when(
                            AttentionState.more != "",
                            rx.el.li(text_link(AttentionState.more, href=routes.ALERTS)),
                        ),
                    ),
                ),
                text_link("All alerts", href=routes.ALERTS),
                icon_button(
                    "x",
                    label="Hide until something new needs attention",
                    on_click=AttentionState.hide,
                ),
                class_name="al-banner al-attention",
                data_tone=rx.cond(AttentionState.is_grave, "bad", "warn"),
            ),
        ),
        role="status",
        aria_label="Needs attention",
    )


def _line(line: rx.Var[AttentionLine]) -> rx.Component:
    return rx.el.li(
        rx.el.strong(line.title),
        rx.el.span(line.text),
        text_link(line.link, href=line.href),
        key=line.key,
    )


def _lines(found: Attention) -> list[AttentionLine]:
    return [
        *(_notice_line(row) for row in found.notices),
        *(
            AttentionLine(
                key=f"channel {channel.id}",
                title=f"Alerts do not reach the channel “{channel.name}”",
                text=channel.last_error,
                href=str(routes.alert_channel(channel.id)),
                link="Open the channel",
            )
            for channel in found.channels
        ),
    ]


def _notice_line(row: NoticeRow) -> AttentionLine:
    return AttentionLine(
        key=row.id,
        title=row.title,
        text=row.text,
        href=row.path,
        link=_LINKS.get(row.kind, "Open alerts"),
    )


def _summary(lines: list[AttentionLine]) -> str:
    if not lines:
        return ""
    first = lines[0].title
    return first if len(lines) == 1 else f"{first}, and {len(lines) - 1:,} more"
