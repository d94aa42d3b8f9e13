"""Definitions that have a key and a name, campaigns and affiliates: one set of rules for all."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Generic, TypeVar

from pydantic import field_validator
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import Affiliate, Campaign
from services import database
from services.actor import Actor, Right
from services.catalog.rows import AffiliateRow, CampaignRow
from services.catalog.slugs import slug
from services.catalog.versions import added, change, check_version
from services.errors import Conflict, InvalidInput, NotFound
from services.identifiers import new_id
from services.listing import page_by_text
from services.paging import Page, PageRequest
from services.validation import InputModel, Text, validate

KEY_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)

Model = TypeVar("Model", Campaign, Affiliate)
Row = TypeVar("Row", CampaignRow, AffiliateRow)


class KeyedInput(InputModel):
    """A key that never changes, and a name for people."""

    missing: ClassVar[Mapping[str, str]] = {"key": "Give a key.", "name": "Give a name."}

    key: str
    name: Annotated[str, Text(120, empty="Give a name.")]

    @field_validator("key")
    @classmethod
    def _fits(cls, key: str) -> str:
        if not key:
            raise ValueError("Give a key.")
        if not KEY_PATTERN.fullmatch(key):
            hint = suggest_key(key)
            raise ValueError(
                "Use 1 to 64 lower-case letters, digits, hyphens and underscores, beginning with "
                "a letter or a digit" + (f": “{hint}”." if hint else ".")
            )
        return key


def suggest_key(text: str) -> str:
    """Return a key that fits, made from what was typed; empty when nothing is left of it."""
    return slug(text, separator="-")


@dataclass(frozen=True, slots=True)
class Keyed(Generic[Model, Row]):
    """The rules for one noun: its table, the word for it with its article, its ids, its rows.

    `within` gives the ids that are an actor's business; without it none is a limited key's.
    """

    model: type[Model]
    word: str
    article: str
    prefix: str
    row_of: Callable[[Model], Row]
    within: Callable[[Actor], frozenset[str] | None] | None = None

    async def create(self, actor: Actor, data: Mapping[str, object], now: datetime) -> Row:
        """Create one; raise InvalidInput per field, and Conflict for a taken key."""
        actor.require(Right.EDIT_DEFINITIONS)
        return await database.write(self._create, actor, validate(KeyedInput, data), now)

    async def get(self, actor: Actor, key: str) -> Row:
        """Return one, archived or not; raise NotFound."""
        actor.require(Right.READ, limited=self.within is not None)
        await self._require_reach(actor, key)
        return await database.read(lambda session: self.row_of(self.find(session, key)))

    async def list_page(
        self, actor: Actor, request: PageRequest, *, archived: bool | None, q: str
    ) -> Page[Row]:
        """Return them by key; `archived` None means both, `q` is a part of key or name."""
        actor.require(Right.READ, limited=self.within is not None)
        ids = self.within(actor) if self.within else None
        return await database.read(self._list_page, request, archived, q.strip().casefold(), ids)

    async def update(
        self,
        actor: Actor,
        key: str,
        changes: Mapping[str, object],
        if_match: int | None,
        now: datetime,
    ) -> Row:
        """Change the given fields; raise NotFound, InvalidInput and StaleVersion."""
        await self._require_change(actor, key)
        return await database.write(self._update, actor, key, changes, if_match, now)

    async def set_archived(
        self, actor: Actor, key: str, if_match: int | None, now: datetime, *, is_archived: bool
    ) -> Row:
        """Hide one or bring it back; one that is so already stays as it is.

        Raises NotFound and StaleVersion.
        """
        await self._require_change(actor, key)
        return await database.write(
            self._set_archived, actor, key, if_match, now, is_archived=is_archived
        )

    async def _require_change(self, actor: Actor, key: str) -> None:
        # A change concerns every event, so only a limit to campaigns leaves room for one.
        actor.require(
            Right.EDIT_DEFINITIONS, limited=self.within is not None and actor.events is None
        )
        await self._require_reach(actor, key)

    async def _require_reach(self, actor: Actor, key: str) -> None:
        ids = self.within(actor) if self.within else None
        if ids is not None:
            await database.read(self._find_within, key, ids)

    def _find_within(self, session: Session, key: str, ids: frozenset[str]) -> None:
        if self.find(session, key).id not in ids:
            raise NotFound(self.word, key)

    def find(self, session: Session, key: str, *, for_change: bool = False) -> Model:
        """Return the stored one, locked where it is about to change; raise NotFound."""
        found = None
        if KEY_PATTERN.fullmatch(key):
            query = select(self.model).where(col(self.model.key) == key)
            found = session.scalar(query.with_for_update(key_share=True) if for_change else query)
        if found is None:
            raise NotFound(self.word, key)
        return found

    def _create(self, session: Session, actor: Actor, data: KeyedInput, now: datetime) -> Row:
        stored = self.model(
            id=new_id(self.prefix), key=data.key, name=data.name, created_at=now, updated_at=now
        )
        session.add(stored)
        try:
            added(session, stored, actor=actor, now=now)
        except IntegrityError:
            message = (
                f"{self.article} {self.word} with the key “{data.key}” exists already; "
                "it may be archived."
            )
            raise Conflict(message, code="key_taken", fields={"key": message}) from None
        return self.row_of(stored)

    def _list_page(
        self,
        session: Session,
        request: PageRequest,
        archived: bool | None,
        q: str,
        ids: frozenset[str] | None,
    ) -> Page[Row]:
        query = select(self.model)
        if ids is not None:
            query = query.where(col(self.model.id).in_(ids))
        if archived is not None:
            archived_at = col(self.model.archived_at)
            query = query.where(archived_at.is_not(None) if archived else archived_at.is_(None))
        return page_by_text(
            session,
            query,
            column=col(self.model.key),
            text_of=lambda row: row.key,
            row_of=self.row_of,
            request=request,
            matches=lambda row: q in row.key or q in row.name.casefold(),
        )

    def _update(
        self,
        session: Session,
        actor: Actor,
        key: str,
        changes: Mapping[str, object],
        if_match: int | None,
        now: datetime,
    ) -> Row:
        stored = self.find(session, key, for_change=True)
        check_version(stored, self.word, if_match=if_match)
        data = validate(KeyedInput, {"key": stored.key, "name": stored.name, **changes})
        if data.key != stored.key:
            raise InvalidInput({"key": "A key never changes, because outside programs use it."})
        change(session, stored, {"name": data.name}, actor=actor, kind=self.word, now=now)
        return self.row_of(stored)

    def _set_archived(
        self,
        session: Session,
        actor: Actor,
        key: str,
        if_match: int | None,
        now: datetime,
        *,
        is_archived: bool,
    ) -> Row:
        stored = self.find(session, key, for_change=True)
        check_version(stored, self.word, if_match=if_match)
        if (stored.archived_at is not None) != is_archived:
            values = {"archived_at": now if is_archived else None}
            change(session, stored, values, actor=actor, kind=self.word, now=now)
        return self.row_of(stored)
