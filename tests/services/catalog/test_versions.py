"""The database decides whether a definition is still the one that was read."""

import pytest
from sqlalchemy import select, text
from sqlmodel import Session

from models import Campaign
from services import database
from services.actor import Actor
from services.catalog import campaigns
from services.catalog.versions import change
from services.database import Database
from services.errors import StaleVersion
from tests.factories import START


async def test_a_change_of_what_was_changed_since_it_was_read_is_refused(
    db: Database, actor: Actor
) -> None:
    def read_then_be_overtaken(session: Session) -> None:
        campaign = session.scalars(select(Campaign)).one()
        session.execute(text("UPDATE campaign SET version = 9"))
        change(session, campaign, {"name": "Mine"}, actor=actor, kind="campaign", now=START)

    await campaigns.create(actor, {"key": "auto", "name": "Auto"})
    with pytest.raises(StaleVersion) as error:
        await database.write(read_then_be_overtaken)
    assert (error.value.yours, error.value.current) == (1, 9)
    assert (await campaigns.get(actor, "auto")).name == "Auto"
