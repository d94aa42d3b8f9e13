"""What the page of one call shows of the services' row."""

import json
from dataclasses import dataclass

from dashboard import routes
from dashboard.answers import given_answer
from dashboard.components.event_table import SOURCES
from models.words import Handling, Verdict
from services.intake.incoming_call import is_replayable
from services.reporting.incoming_log import SubmissionDetail
from services.reporting.what_to_do import Advice, Place

# The part of a campaign's page on which events are switched on.
_EVENT_MANAGER = "event-manager"

_LEAD_UNCLEAR = frozenset({Verdict.UNKNOWN_LEAD, Verdict.AMBIGUOUS_LEAD})
_GOOD = frozenset({Verdict.RECORDED, Verdict.DUPLICATE})
_FINAL = frozenset({Handling.MATCHED, Handling.REPLAYED})

_WORDS = {
    Verdict.RECORDED: "The event was recorded.",
    Verdict.DUPLICATE: "The same fact was there already, so nothing was recorded or sent.",
}
_SINCE = {
    Handling.OPEN: "It waits for its lead",
    Handling.QUEUED: "Its lead has arrived; it is matched in a moment.",
    Handling.MATCHED: "It was matched with its lead",
    Handling.REPLAYED: "It was replayed",
    Handling.DISMISSED: "It was dismissed",
    Handling.EXPIRED: "Its lead did not come in time; it waits no longer. It can be matched by "
    "hand or replayed all the same.",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """One call on screen; empty text where there is nothing to say."""

    id: str = ""
    verdict: str = ""
    handling: str = ""
    is_test: bool = False
    reason: str = ""
    advice: str = ""
    place: str = ""
    place_href: str = ""
    at: str = ""
    source: str = ""
    who: str = ""
    who_href: str = ""
    address: str = ""
    event: str = ""
    transaction_id: str = ""
    lead: str = ""
    lead_href: str = ""
    campaign: str = ""
    campaign_href: str = ""
    event_link: str = ""
    event_href: str = ""
    method: str = ""
    content_type: str = ""
    query: str = ""
    body: str = ""
    content_note: str = ""
    emptied_at: str = ""
    answer_status: int = 0
    answer_type: str = ""
    answer_body: str = ""
    has_answer: bool = False
    since: str = ""
    waits_until: str = ""
    handled_at: str = ""
    handled_by: str = ""
    note: str = ""
    tried_verdict: str = ""
    tried_reason: str = ""
    may_replay: bool = False
    may_match: bool = False
    may_dismiss: bool = False


def facts(detail: SubmissionDetail) -> Facts:
    """Return what the page shows of a call."""
    row, content, answer = detail.row, detail.content, given_answer(detail)
    is_open = row.verdict not in _GOOD and row.handling not in _FINAL
    is_kept = detail.emptied_at is None and is_replayable(row.verdict)
    place, place_href = _place(detail.advice, row.event or "")
    event_link, event_href = _event(detail)
    body = "" if answer is None else answer.body
    return Facts(
        id=row.id,
        verdict=row.verdict,
        handling=row.handling or "",
        is_test=row.is_test,
        reason=row.reason or _WORDS.get(row.verdict, ""),
        advice=detail.advice.text,
        place=place,
        place_href=place_href,
        at=row.received_at.isoformat(),
        source=SOURCES[row.source],
        who=row.actor_name,
        who_href=str(routes.incoming_url(detail.url_id)) if detail.url_id else "",
        address=row.address,
        event=row.event or "",
        transaction_id=row.transaction_id or "",
        lead=detail.lead_name or row.lead_id or "",
        lead_href=str(routes.lead(row.lead_id)) if detail.has_lead else "",
        campaign=detail.campaign or "",
        campaign_href=str(routes.campaign(detail.campaign)) if detail.has_lead else "",
        event_link=event_link,
        event_href=event_href,
        method=content.method,
        content_type=content.content_type,
        query=content.query,
        body=content.body,
        content_note="the beginning of a long call" if detail.body_truncated else "",
        emptied_at=detail.emptied_at.isoformat() if detail.emptied_at else "",
        answer_status=row.answer_status,
        answer_type=answer.content_type if answer else "",
        answer_body=body if isinstance(body, str) else json.dumps(body, ensure_ascii=False),
        has_answer=answer is not None,
        since=_SINCE[row.handling] if row.handling else "",
        waits_until=detail.waits_until.isoformat() if detail.waits_until else "",
        handled_at=row.handled_at.isoformat() if _is_handled(row.handling) else "",
        handled_by=_by(detail),
        note=detail.note if row.handling is Handling.DISMISSED else "",
        tried_verdict=row.tried_verdict or "",
        tried_reason=row.tried_reason,
        may_replay=is_open and is_kept,
        may_match=is_open and is_kept and row.latest_verdict in _LEAD_UNCLEAR,
        may_dismiss=is_open and row.handling is not Handling.DISMISSED,
    )


def error_lines(errors: tuple[tuple[str, str], ...], reason: str) -> list[tuple[str, str]]:
    """Return the wrong fields; none where the reason says the same in one sentence."""
    return [] if [text for _, text in errors] == [reason] else list(errors)


def _is_handled(handling: Handling | None) -> bool:
    return handling in {Handling.MATCHED, Handling.REPLAYED, Handling.DISMISSED}


def _by(detail: SubmissionDetail) -> str:
    if not _is_handled(detail.row.handling):
        return ""
    return f"by {detail.row.handled_by}" if detail.row.handled_by else "by itself"


def _event(detail: SubmissionDetail) -> tuple[str, str]:
    row = detail.row
    if row.event_id is None:
        return "", ""
    label = "Open the first event" if row.latest_verdict is Verdict.DUPLICATE else "Open the event"
    return label, str(routes.log_entry(row.event_id))


def _place(advice: Advice, event: str) -> tuple[str, str]:
    """Return where the cause is mended, as a link's words and its address."""
    key = advice.key
    match advice.place:
        case Place.NEW_EVENT:
            return "Create the event", routes.EVENT_NEW
        case Place.EVENT if key:
            return "Open the event's definition", str(routes.event(key))
        case Place.NEW_LEAD:
            return "Go to leads", routes.LEADS
        case Place.CAMPAIGN_EVENTS if key:
            manager = routes.with_query(routes.campaign(key), part=_EVENT_MANAGER, event=event)
            return "Open the Event Manager", str(manager)
        case Place.CAMPAIGNS:
            return "Go to campaigns", routes.CAMPAIGNS
        case Place.INCOMING_URL if key:
            return "Open the incoming URL", str(routes.incoming_url(key))
        case Place.INCOMING_URLS | Place.INCOMING_URL:
            return "Go to incoming URLs", routes.INCOMING
        case _:
            return "", ""
