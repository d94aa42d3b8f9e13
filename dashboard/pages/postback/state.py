"""The form of the postback editor: what was typed, what is wrong with it, Save."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import reflex as rx

from dashboard import feedback, routes
from dashboard.components.conflict_panel import ConflictLine, show_conflict
from dashboard.pages.postback import comparison
from dashboard.pages.postback.condition_state import PostbackConditions
from dashboard.pages.postback.delivery_state import PostbackDelivery
from dashboard.pages.postback.draft import (
    header_values,
    new_secrets,
    removed_secrets,
    row_problems,
    secrets_in_words,
    with_header_errors,
    with_secret_errors,
    without_lost_secrets,
)
from dashboard.pages.postback.lines import (
    HeaderLine,
    SecretLine,
    lints_of,
)
from dashboard.pages.postback.request_state import PostbackRequest
from dashboard.pages.postback.row_state import PostbackRows
from dashboard.postback_list import path_of
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import postbacks
from services.catalog.postbacks import PostbackRow
from services.errors import AppError, NotFound, StaleVersion
from services.macros import Position

FIELDS: Final = (
    "url",
    "method",
    "body",
    "content_type",
    "campaign",
    "affiliate",
    "on_conversion_status",
    "headers",
    "secrets",
    "retry",
    "success",
    "at_most_once",
)
# Every name is always there: a missing one would be `undefined` in the browser, not "".
NO_ERRORS: Final = dict.fromkeys((*FIELDS, "form"), "")


class PostbackState(PostbackRequest, PostbackRows, PostbackConditions, PostbackDelivery, rx.State):
    """The fields of one postback, new or stored."""

    shown: str = ""
    """The id of the postback on screen; empty for a new one."""

    errors: dict[str, str] = rx.field(default_factory=lambda: dict(NO_ERRORS))
    conflict: list[ConflictLine] = rx.field(default_factory=list)
    """The form beside what somebody else stored meanwhile; empty while there is no conflict."""
    is_dirty: bool = False
    is_archived: bool = False

    _version: int = 0
    _theirs: PostbackRow | None = None

    @rx.event
    @guarded(Right.READ)
    async def leave(self) -> None:
        """Give up what was typed: another page was opened."""
        self.is_dirty = False

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def save(self, form: dict[str, Any]) -> Any:  # noqa: ARG002 - an event of Reflex
        """Store the postback; what is wrong is said beside its field, and nothing typed is lost."""
        return await self._save()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def keep_mine(self) -> Any:
        """Store the form over the version that stands beside it, knowing that one."""
        theirs = self._theirs
        if theirs is None:
            return None
        self._version, self._stored_secrets = theirs.version, list(theirs.secret_names)
        self.secrets = without_lost_secrets(self.secrets, theirs.secret_names)
        self._theirs = None
        self._compare()
        return await self._save()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def take_theirs(self) -> None:
        """Throw away what was typed and show the stored postback."""
        if self.shown:
            self._fill(await postbacks.get(actor(), self.shown))

    def _pass_over(self, row: PostbackRow, *, before: int) -> None:
        """Know the next version of the postback, which changed nothing that stands in the form."""
        if (self.shown, self._version) == (row.id, before):
            self._version = row.version

    async def _save(self) -> Any:
        problems = self._problems()
        if problems:
            self._say(problems)
            return None
        is_new = not self.shown
        try:
            row = await self._store()
        except StaleVersion:
            self._meet(await postbacks.get(actor(), self.shown))
            return show_conflict() if self.is_dirty else feedback.done("Saved.")
        except AppError as error:
            self._say(feedback.errors_of(error))
            return None
        self._fill(row)
        if is_new and self._owner is not None:
            return [
                feedback.done("Postback added."),
                rx.redirect(routes.postback(path_of(self._owner), row.id), replace=True),
            ]
        return feedback.done("Saved.")

    async def _store(self) -> PostbackRow:
        data = self._data()
        if self._owner is None:
            raise NotFound("postback", self.shown)
        if not self.shown:
            return await postbacks.create(actor(), self._owner, data)
        return await postbacks.update(actor(), self.shown, data, if_match=self._version)

    def _data(self) -> dict[str, object]:
        """Return the form as the services take it; secrets only where their value was typed."""
        secrets: dict[str, str | None] = dict(new_secrets(self.secrets, self._secret_values))
        secrets |= dict.fromkeys(removed_secrets(self.secrets, self._stored_secrets))
        return {
            "method": self.method,
            "url": self.url.strip(),
            "body": self.body or None,
            "content_type": self.content_type,
            "headers": header_values(self.headers),
            "secrets": secrets,
            **self._conditions(),
            **self._delivery(),
        }

    def _problems(self) -> dict[str, str]:
        """Return what the services cannot say of the form, by field or key of a row."""
        return (
            self._condition_problems()
            | self._delivery_problems()
            | row_problems(self.headers, self.secrets, self._secret_values)
        )

    def _meet(self, row: PostbackRow) -> None:
        """Take what somebody else stored meanwhile: compare, and keep what was typed."""
        self.is_archived = row.archived_at is not None
        self._theirs = None if self.is_archived else row
        self._compare()

    def _compare(self) -> None:
        """Put the form beside what somebody else stored; where both say the same, it is saved."""
        if self._theirs is None:
            self.conflict = []
            return
        mine = comparison.in_words(
            method=self.method,
            url=self.url.strip(),
            body=self.body,
            content_type=self.content_type,
            headers=header_values(self.headers),
            secrets=secrets_in_words(self.secrets),
            campaign=self.campaign,
            affiliate=self.affiliate,
            on_conversion_status=self._moments(),
            enabled=self.enabled,
            delivery=self._delivery(),
        )
        self.conflict = comparison.compare(mine, comparison.row_in_words(self._theirs))
        if not self.conflict:
            self._agree(self._theirs)

    def _agree(self, row: PostbackRow) -> None:
        """Take the form as stored. Its rows stay as they are, since one of them has the focus."""
        self._version, self._stored_secrets = row.version, list(row.secret_names)
        self.secrets = [replace(each, is_stored=bool(each.name)) for each in self.secrets]
        self._theirs, self.is_dirty, self.errors = None, False, dict(NO_ERRORS)

    def _say(self, errors: Mapping[str, str]) -> None:
        """Show each error beside its field, and what belongs to none at the top of the form."""
        self.headers, used = with_header_errors(self.headers, errors)
        self.secrets, more = with_secret_errors(self.secrets, errors)
        rest = {name: text for name, text in errors.items() if name not in used | more}
        shown = NO_ERRORS | {name: rest.pop(name) for name in FIELDS if name in rest}
        self.errors = shown | {"form": " ".join(dict.fromkeys(rest.values()))}

    def _fill(self, row: PostbackRow | None) -> None:
        """Show a stored postback, or an empty form, without messages about what was before."""
        self.shown = row.id if row else ""
        self._fill_request(row)
        self.headers = [
            HeaderLine(self._next_key(), name, value, "", lints_of(value, Position.HEADER))
            for name, value in (row.headers if row else ())
        ]
        self._stored_secrets = list(row.secret_names) if row else []
        self._secret_values = {}
        self.secrets = [
            SecretLine(self._next_key(), name, is_stored=True) for name in self._stored_secrets
        ]
        self._fill_conditions(row)
        self._fill_delivery(row)
        self.is_archived = bool(row and row.archived_at)
        self._version = row.version if row else 0
        self.errors, self.is_dirty = dict(NO_ERRORS), False
        self._theirs, self.conflict = None, []
        self._list_macros()

    def _touch(self, field_name: str) -> None:
        self.is_dirty = True
        self._compare()
        if self.errors[field_name] or self.errors["form"]:
            self.errors = self.errors | {field_name: "", "form": ""}
