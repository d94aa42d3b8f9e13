"""What stands around the postback: the others that fire with it, and the fields it can use."""

from typing import Any

import reflex as rx

from dashboard import routes
from dashboard.pages.postback.lines import OtherLine
from dashboard.pages.postback.owner import in_words
from dashboard.postback_list import conditions, path_of
from dashboard.session import actor, guarded
from models.words import PostbackLevel
from services.actor import Right
from services.catalog import known_fields, postbacks
from services.catalog.postbacks import PostbackRow
from services.errors import AppError


class PostbackSurroundings(rx.State, mixin=True):
    """Looked at again whenever a condition of the form or the database changes.

    The State that takes it in is also the form: owner, conditions and macros are there.
    """

    others: list[OtherLine] = rx.field(default_factory=list)
    campaign_options: list[tuple[str, str]] = rx.field(default_factory=list)
    affiliate_options: list[tuple[str, str]] = rx.field(default_factory=list)

    _names: dict[tuple[PostbackLevel, str], str] = rx.field(default_factory=dict)

    @rx.event(background=True)
    @guarded(Right.READ)
    async def look_around(self) -> None:
        """Look which postbacks fire together with the form as it is now."""
        await self._look_around()

    async def _look_around(self) -> None:
        asked = self._asked()
        if self._owner is None:
            return
        try:
            fields = await known_fields.known_fields(actor(), self._owner)
            rows = await postbacks.firing_together(
                actor(), self._owner, **asked, except_id=self.shown or None
            )
        except AppError:  # the form says what is wrong with it
            fields, rows = [], []
        if self._condition_problems():
            rows = []
        others = [self._other(row) for row in rows]
        if (others, fields) == (self.others, self._custom_fields):
            return
        async with self:
            if self._asked() == asked:  # else the next look, which is on its way, tells
                self.others, self._custom_fields = others, fields
                self._list_macros()

    def _asked(self) -> dict[str, Any]:
        return {
            "campaign": self.campaign or None,
            "affiliate": self.affiliate or None,
            "on_conversion_status": self._moments(),
        }

    def _other(self, row: PostbackRow) -> OtherLine:
        name = self._names.get((row.level, row.owner.key), row.owner.key)
        return OtherLine(
            id=row.id,
            href=str(routes.postback(path_of(row.owner), row.id)),
            owner=in_words(row.owner, name),
            method=row.method.value,
            url=row.url,
            body=row.body or "",
            conditions=list(conditions(row)),
        )
