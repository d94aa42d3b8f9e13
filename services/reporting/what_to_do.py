"""What to do about a call that came in: one text for each verdict and cause, and the place."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.words import Handling, Source, Verdict


class Place(StrEnum):
    """Where the cause is mended; `key` of the advice names which one."""

    NOWHERE = ""
    NEW_EVENT = "new_event"
    EVENT = "event"
    NEW_LEAD = "new_lead"
    CAMPAIGN_EVENTS = "campaign_events"
    CAMPAIGNS = "campaigns"
    INCOMING_URL = "incoming_url"
    INCOMING_URLS = "incoming_urls"


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, in sentences, and where: the name, key or id that the place is opened with."""

    text: str
    place: Place = Place.NOWHERE
    key: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """What is known of a call. `campaign` is the lead's, where it is known; `url_id` the URL's."""

    verdict: Verdict
    source: Source
    errors: tuple[tuple[str, str], ...] = ()
    event: str = ""
    campaign: str = ""
    lead_id: str = ""
    transaction_id: str = ""
    url_id: str = ""
    handling: Handling | None = None


_DONE = Advice("Nothing: the event is recorded.")
_AGAIN = "Then replay this call."
_CALLER = {
    Source.API: "the program that calls",
    Source.INCOMING: "the partner",
    Source.MANUAL: "whoever fires the event",
    Source.IMPORT: "whoever imports",
}


def what_to_do(cause: Cause) -> Advice:
    """Return what a manager is told to do about such a call."""
    match cause.handling:
        case Handling.MATCHED | Handling.REPLAYED:
            return Advice("Nothing: the event was recorded later.")
        case Handling.DISMISSED:
            return Advice("Nothing: it was dismissed. It can be replayed all the same.")
        case Handling.QUEUED:
            return Advice("Nothing: its lead has arrived, and it is matched in a moment.")
        case _:
            return _of_verdict(cause)


def _of_verdict(cause: Cause) -> Advice:
    who = _CALLER[cause.source]
    match cause.verdict:
        case Verdict.RECORDED:
            return _DONE
        case Verdict.DUPLICATE:
            return Advice(
                "Nothing: the first one counts, and a repeat sends nothing. If this event should "
                "count more than once for a lead, say so in its definition.",
                Place.EVENT,
                cause.event,
            )
        case Verdict.UNREADABLE:
            kinds = "a query, a form or one JSON object"
            what = kinds if cause.source is Source.INCOMING else "one JSON object"
            return Advice(f"Have {who} send {what} and correct what is named above.")
        case Verdict.TOO_LARGE:
            return Advice(f"Have {who} send less in one call; it holds one event.")
        case Verdict.UNSUPPORTED_TYPE:
            return Advice(f"Have {who} send a form or JSON, with the Content-Type that says so.")
        case Verdict.UNKNOWN_FIELD:
            return Advice(
                f"Have {who} rename or leave out the fields named above. Values of custom fields "
                "belong inside “fields”."
            )
        case Verdict.IDEMPOTENCY_KEY_REUSED:
            return Advice(
                f"Have {who} take a new Idempotency-Key for each new event, and the same one only "
                "for the same call again."
            )
        case Verdict.NOT_ALLOWED if cause.source is Source.INCOMING:
            return Advice(
                f"Have {who} call a URL from Incoming URLs: only its key works there.",
                Place.INCOMING_URLS,
            )
        case Verdict.NOT_ALLOWED:
            return Advice(f"Give {who} a key with the scope write or admin.")
        case _:
            return _mendable(cause, who)


def _mendable(cause: Cause, who: str) -> Advice:
    match cause.verdict:
        case Verdict.UNKNOWN_EVENT:
            words = (
                " or translate the partner's word in the settings of the URL"
                if cause.source is Source.INCOMING
                else ""
            )
            return Advice(
                f"Create the event, have {who} use the name of one that exists{words}. {_AGAIN}",
                Place.NEW_EVENT,
                cause.event,
            )
        case Verdict.UNKNOWN_LEAD:
            return _unknown_lead(cause)
        case Verdict.AMBIGUOUS_LEAD:
            url = Advice(
                "Choose the lead by hand. So that it does not happen again, fix the campaign of "
                "the incoming URL, or have the partner name it.",
                Place.INCOMING_URL,
                cause.url_id,
            )
            api = Advice(f"Choose the lead by hand, and have {who} name the campaign from now on.")
            return url if cause.url_id else api
        case Verdict.EVENT_NOT_AVAILABLE:
            return Advice(
                "Switch the event on in the campaign of this lead, or restore what is archived. "
                f"{_AGAIN}",
                Place.CAMPAIGN_EVENTS if cause.campaign else Place.EVENT,
                cause.campaign or cause.event,
            )
        case _:
            return _wrong_field(cause, who)


def _unknown_lead(cause: Cause) -> Advice:
    if cause.lead_id or not cause.transaction_id:
        return Advice("Match it by hand with the lead that is meant, or dismiss it.")
    waits = (
        "As soon as it arrives this call is matched by itself."
        if cause.handling is Handling.OPEN
        else _AGAIN
    )
    return Advice(
        f"Add the lead with this transaction id. {waits} If the caller uses other ids than you do, "
        "match it by hand.",
        Place.NEW_LEAD,
        cause.transaction_id,
    )


def _wrong_field(cause: Cause, who: str) -> Advice:
    texts = [text for _, text in cause.errors]
    if any(text.startswith("There is no campaign") for text in texts):
        return Advice(
            f"Create the campaign, or have {who} use the key of one that exists. {_AGAIN}",
            Place.CAMPAIGNS,
        )
    if any(_is_custom(name, text) for name, text in cause.errors):
        return Advice(
            f"Have {who} correct the value, or change the custom field in the campaign's Event "
            f"Manager. {_AGAIN}",
            Place.CAMPAIGN_EVENTS if cause.campaign else Place.NOWHERE,
            cause.campaign,
        )
    if any("does not know the word" in text for text in texts) and cause.url_id:
        return Advice(
            f"Teach the incoming URL the partner's word. {_AGAIN}", Place.INCOMING_URL, cause.url_id
        )
    if cause.source is Source.INCOMING:
        return Advice(
            "Correct the fields named above in the partner's URL; the URL builder shows how it "
            "must look.",
            Place.INCOMING_URL if cause.url_id else Place.INCOMING_URLS,
            cause.url_id,
        )
    return Advice(f"Have {who} correct the fields named above and send the call again.")


def _is_custom(name: str, text: str) -> bool:
    return name.startswith("fields.") or "is our fields." in text


def errors_of(stored: dict[str, str] | None) -> tuple[tuple[str, str], ...]:
    """Return each wrong field with its sentence, as they were answered."""
    pairs: Iterable[tuple[str, str]] = (stored or {}).items()
    return tuple((str(name), str(text)) for name, text in pairs)
