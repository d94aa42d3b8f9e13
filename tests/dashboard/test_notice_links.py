"""Links that leave the dashboard in alerts lead to pages that there are."""

import pytest

from dashboard import routes
from models.words import NoticeKind, PostbackLevel
from services.notices.subjects import ALERTS_PATH, Subject, path_to_act


@pytest.mark.parametrize(
    ("level", "owner"),
    [
        (PostbackLevel.EVENT, routes.event("sale")),
        (PostbackLevel.CAMPAIGN, routes.campaign("sale")),
        (PostbackLevel.AFFILIATE, routes.affiliate("sale")),
    ],
)
def test_a_postback_is_linked_where_its_page_is(level: PostbackLevel, owner: str) -> None:
    subject = Subject("pb_1", level, "sale", "partner.example")
    page = routes.postback(owner, "pb_1")
    assert subject.path == page
    assert path_to_act(NoticeKind.POSTBACK_PAUSED, subject) == page


def test_what_concerns_the_installation_is_linked_to_the_alerts() -> None:
    assert path_to_act(NoticeKind.QUEUE_LAGGING, Subject()) == ALERTS_PATH == routes.ALERTS
