"""People for tests of accounts: made, signed in, and looked up in the audit."""

from models import AuditEntry
from models.words import Role
from services import database
from services.accounts import sessions, users
from services.actor import Actor
from services.clock import Clock
from tests.world import rows

PASSWORD = "correct horse battery"


async def make(email: str, role: Role = Role.OWNER) -> users.UserRow:
    return await users.create_user(email=email, password=PASSWORD, role=role)


async def signed_in(email: str, clock: Clock, *, browser: str = "Firefox/1 Linux") -> Actor:
    """Return the person as they act in a browser of their own."""
    user = await database.read(users.find, email)
    assert user is not None
    cookie = await sessions.redeem_ticket(
        await sessions.issue_ticket(user.id, clock=clock),
        address="203.0.113.7",
        browser=browser,
        clock=clock,
    )
    actor = await sessions.actor_of(cookie, address="203.0.113.7", clock=clock)
    assert actor is not None
    return actor


async def deeds() -> list[tuple[str, str, str]]:
    """Return what the audit holds, as (who, did, to whom), oldest first."""
    found = sorted(await rows(AuditEntry), key=lambda entry: entry.id)
    return [(entry.actor_name, entry.action.value, entry.subject_name) for entry in found]
