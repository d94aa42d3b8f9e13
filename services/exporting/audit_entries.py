"""The audit as a whole, for a file."""

from collections.abc import AsyncIterator

from models.words import AuditSubject
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.exporting.whole_list import whole_list
from services.reporting import audit_log
from services.reporting.audit_log import AuditFilter, AuditRow


async def audit_rows(
    actor: Actor, wanted: AuditFilter, *, clock: Clock = utc_now
) -> AsyncIterator[AuditRow]:
    """Return every entry that matches, newest first; see `whole_list`.

    Raises NotAllowed, and InvalidInput for a wrong filter.
    """
    actor.require(Right.READ_AUDIT)
    return await whole_list(
        audit_log.list_page,
        actor,
        wanted,
        file="audit.csv",
        subject=AuditSubject.AUDIT,
        clock=clock,
    )
