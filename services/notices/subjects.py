"""What notices are about, as people know it: the postback's name and the pages to act on."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from sqlalchemy import select
from sqlmodel import Session, col

from models import Affiliate, Campaign, EventType, Postback
from models.words import NoticeKind, PostbackLevel

ALERTS_PATH = "/settings/alerts"
_DELIVERIES_PATH = "/logs/deliveries"
_OWNER_PATHS = {
    PostbackLevel.EVENT: "/settings/events",
    PostbackLevel.CAMPAIGN: "/campaigns",
    PostbackLevel.AFFILIATE: "/affiliates",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A postback by its owner and its partner's host; all empty for the whole installation.

    The URL itself may hold a partner's token and is left out.
    """

    postback_id: str = ""
    level: PostbackLevel | None = None
    owner: str = ""
    host: str = ""

    @property
    def name(self) -> str:
        """Return what people call it, such as `“sale” to partner.example`."""
        return f"“{self.owner}” to {self.host}" if self.owner else self.postback_id

    @property
    def path(self) -> str:
        """Return the path of the postback's page, or of the alerts where there is none."""
        if self.level is None:
            return ALERTS_PATH
        owner = quote(self.owner, safe="")
        return f"{_OWNER_PATHS[self.level]}/{owner}/postbacks/{quote(self.postback_id, safe='')}"


def find_subjects(session: Session, subject_ids: Iterable[str]) -> dict[str, Subject]:
    """Return the subject behind each id; a postback that is not there any more by its id alone."""
    wanted = {subject_id for subject_id in subject_ids if subject_id}
    found = {subject_id: Subject(subject_id) for subject_id in wanted} | {"": Subject()}
    rows = session.execute(
        select(
            col(Postback.id),
            col(Postback.level),
            col(Postback.url),
            col(EventType.name),
            col(Campaign.key),
            col(Affiliate.key),
        )
        .outerjoin(EventType, col(EventType.id) == col(Postback.event_type_id))
        .outerjoin(Campaign, col(Campaign.id) == col(Postback.campaign_id))
        .outerjoin(Affiliate, col(Affiliate.id) == col(Postback.affiliate_id))
        .where(col(Postback.id).in_(wanted))
    )
    for postback_id, level, url, event, campaign, affiliate in rows:
        owners = {
            PostbackLevel.EVENT: event,
            PostbackLevel.CAMPAIGN: campaign,
            PostbackLevel.AFFILIATE: affiliate,
        }
        host = urlsplit(url).hostname or ""
        found[postback_id] = Subject(postback_id, level, owners[level] or "", host)
    return found


def path_to_act(kind: NoticeKind, subject: Subject) -> str:
    """Return the path of the page where a person acts upon such a notice."""
    if kind in {NoticeKind.DELIVERY_FAILED, NoticeKind.DELIVERY_FAILING}:
        status = "failed" if kind is NoticeKind.DELIVERY_FAILED else "retrying"
        query = urlencode({"status": status, "postback": subject.postback_id})
        return f"{_DELIVERIES_PATH}?{query}"
    return subject.path
