"""What the postback sends: its method, URL and body, linted while they are typed."""

import reflex as rx

from dashboard.pages.postback.lines import CONTENT_TYPES, JSON, LintLine, lints_of, replaced
from dashboard.pages.postback.receiver import receiver_name
from dashboard.session import guarded
from models.words import Method
from services.actor import Right
from services.catalog.postbacks import PostbackRow
from services.macros import Position, body_position
from services.settings import get_settings


class PostbackRequest(rx.State, mixin=True):
    """The part of the form that says what is sent, and where.

    The form that takes it in has `_touch(field)`, which marks it as changed, and the rows of
    headers.
    """

    method: str = Method.GET.value
    url: str = ""
    body: str = ""
    content_type: str = JSON
    content_types: list[tuple[str, str]] = rx.field(default_factory=lambda: list(CONTENT_TYPES))

    url_lints: list[LintLine] = rx.field(default_factory=list)
    body_lints: list[LintLine] = rx.field(default_factory=list)

    receiver: str = ""
    """The name of the test receiver that the URL calls, if it does."""

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_method(self, method: str) -> None:
        """Take GET or POST."""
        self.method = Method.POST.value if method == Method.POST else Method.GET.value
        self._touch("method")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_url(self, url: str) -> None:
        """Take the URL and lint it."""
        self.url = str(url)
        self._look_at_url()
        self._touch("url")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_body(self, body: str) -> None:
        """Take the body and lint it for its content type."""
        self.body = str(body)
        self._lint_body()
        self._touch("body")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_content_type(self, content_type: str) -> None:
        """Take the content type, which decides how macros in the body are encoded."""
        self.content_type = str(content_type)
        self._lint_body()
        self._touch("content_type")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def use(self, where: str, start: int, end: int, suggestion: str) -> None:
        """Put a suggestion into the field it was made for, unless the text has changed since."""
        texts = {"url": self.url, "body": self.body} | {row.key: row.value for row in self.headers}
        positions = {"url": Position.URL, "body": body_position(self.content_type)}
        text = texts.get(where, "")
        position = positions.get(where, Position.HEADER)
        for each in lints_of(text, position):
            if (each.start, each.end, each.suggestion) == (start, end, suggestion):
                await self._put(where, replaced(text, each))
                return

    def _fill_request(self, row: PostbackRow | None) -> None:
        self.method = row.method.value if row else Method.GET.value
        self.url = row.url if row else ""
        self.body = (row.body or "") if row else ""
        self.content_type = row.content_type if row else JSON
        known = {value for value, _ in CONTENT_TYPES}
        own = [] if self.content_type in known else [(self.content_type, self.content_type)]
        self.content_types = [*CONTENT_TYPES, *own]
        self._look_at_url()
        self._lint_body()

    async def _put(self, where: str, text: str) -> None:
        if where == "url":
            self.url = text
            self._look_at_url()
            self._touch("url")
        elif where == "body":
            self.body = text
            self._lint_body()
            self._touch("body")
        else:
            self._change_header(where, value=text, lints=lints_of(text, Position.HEADER), error="")

    def _look_at_url(self) -> None:
        self.url_lints = lints_of(self.url, Position.URL)
        self.receiver = receiver_name(self.url, settings=get_settings())

    def _lint_body(self) -> None:
        self.body_lints = lints_of(self.body, body_position(self.content_type))
