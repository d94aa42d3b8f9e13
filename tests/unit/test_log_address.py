"""The addresses of the logs: what is read from one stands in it again, and chips come off."""

import pytest

from dashboard.pages.alerts.filters import AlertAddress
from dashboard.pages.audit.filters import AuditAddress
from dashboard.pages.deliveries import address as deliveries
from dashboard.pages.incoming_calls import address as incoming_calls
from dashboard.pages.logs import filters as logs

READ = {
    "audit": AuditAddress.from_query,
    "alerts": AlertAddress.from_query,
    "logs": logs.read,
    "deliveries": deliveries.read,
    "incoming_calls": incoming_calls.read,
}


@pytest.mark.parametrize(
    ("log", "query", "href"),
    [
        ("audit", {"who": "u1", "who_name": "Ann", "range": "7d"}, "?who=u1&who_name=Ann&range=7d"),
        ("alerts", {"state": "open", "cursor": "c"}, "?state=open&cursor=c"),
        ("logs", {"range": "24h", "live": "on"}, ""),
        ("logs", {"range": "7d", "from": "a", "live": "off"}, "?range=7d&live=off"),
        ("logs", {"range": "custom", "from": "a", "to": "b"}, "?range=custom&from=a&to=b"),
        ("logs", {"start": "a", "range": "custom"}, "?range=custom"),
        (
            "logs",
            {"status": "failed,,held,failed", "code": "2XX"},
            "?status=failed%2Cheld&code=2xx",
        ),
        ("deliveries", {"view": "causes", "cause": "DNS"}, "?view=causes&cause=dns"),
        ("deliveries", {"view": "other"}, ""),
        ("incoming_calls", {"view": "unmatched", "range": "30d"}, "?view=unmatched"),
        ("incoming_calls", {"view": "unmatched", "handling": "replayed"}, "?view=unmatched"),
    ],
)
def test_what_is_usual_or_unknown_does_not_stand_in_the_address(
    log: str, query: dict[str, str], href: str
) -> None:
    found = READ[log](query)
    _, question, rest = found.href.partition("?")
    assert question + rest == href


def test_chips_stand_in_their_order_with_their_words() -> None:
    found = logs.read({"source": "api", "status": "failed,odd", "event": "sale"})
    assert found.chips == [
        ("event", "Event", "sale"),
        ("status:failed", "Status", "Failed"),
        ("status:odd", "Status", "odd"),
        ("source", "Source", "API"),
    ]


@pytest.mark.parametrize(
    ("chip", "left"),
    [("status:failed", "?event=sale&status=held"), ("event", "?status=failed%2Cheld")],
)
def test_a_chip_comes_off_and_the_first_page_is_shown(chip: str, left: str) -> None:
    found = logs.read({"status": "failed,held", "event": "sale", "cursor": "c"})
    assert found.without(chip).href.endswith(f"/logs{left}")
    assert found.without("live") == found


def test_without_the_person_their_name_is_gone_too() -> None:
    found = AuditAddress(who="u1", who_name="Ann")
    assert found.chips == [("who", "Who", "Ann")]
    assert found.without("who") == AuditAddress()


def test_clearing_filters_widens_the_range_only_where_nothing_else_was_left() -> None:
    filtered = deliveries.read({"view": "causes", "status": "failed", "live": "off"})
    assert filtered.cleared().href.endswith("?view=causes&live=off")
    assert filtered.cleared().cleared().href.endswith("?view=causes&range=30d&live=off")


def test_what_the_service_refused_is_left_out_of_the_next_try() -> None:
    found = logs.read({"range": "odd", "code": "9", "event": "sale"})
    assert found.mended(["range", "code", ""]).href.endswith("/logs?event=sale")
