"""The event log as a file: the rows of the list, safe in a spreadsheet, for keys and for people."""

import csv
import io

import httpx
import pytest
from sqlmodel import Session, select

from dashboard.api.csv_cells import csv_line
from models import AuditEntry
from models.words import AuditAction, KeyScope
from services.accounts import sessions
from services.database import Database
from services.exporting import whole_list
from tests.dashboard.api.calls import BASE, assert_problem, create, items
from tests.dashboard.conftest import MakeKey

FILE = f"{BASE}/events.csv"


@pytest.fixture
async def fired(api: httpx.AsyncClient) -> list[str]:
    """Fire five sales; return the transaction ids, the newest first."""
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/event-types", name="sale", is_conversion=True)
    names = ["t-1", "=cmd|'/c calc'!A1", 'with "quotes", and a comma', "t-4", "@t-5"]
    for name in names:
        await create(api, "/leads", campaign="auto-us", transaction_id=name)
        await create(api, "/events", event="sale", transaction_id=name, amount="-5.00")
    return names[::-1]


async def test_the_file_has_the_rows_of_the_list(
    api: httpx.AsyncClient, fired: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_list, "MAX_LIMIT", 2)
    answer = await api.get(FILE)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    listed = await items(api, "/events")
    assert [row["event_id"] for row in rows] == [row["event_id"] for row in listed]
    assert set(rows[0]) == set(listed[0])
    told = [row["transaction_id"] for row in rows]
    assert told == ["'@t-5", "t-4", 'with "quotes", and a comma', "'=cmd|'/c calc'!A1", "t-1"]
    assert {row["amount"] for row in rows} == {"-5.00"}


async def test_the_file_takes_the_filters_of_the_list(
    api: httpx.AsyncClient, fired: list[str], db: Database
) -> None:
    answer = await api.get(FILE, params={"transaction_id": "t-4", "status": "none"})
    assert [row["transaction_id"] for row in csv.DictReader(io.StringIO(answer.text))] == ["t-4"]
    assert_problem(await api.get(f"{FILE}?code=zz"), 422, "invalid_input", {"code"})
    assert_problem(await api.get(f"{FILE}?cod=404"), 422, "unknown_query_parameter")
    query = select(AuditEntry).where(AuditEntry.action == AuditAction.EXPORTED)

    def noted(session: Session) -> list[object]:
        return [entry.after for entry in session.exec(query)]

    (after,) = await db.read(noted)
    assert (after["transaction_id"], after["status"]) == ("t-4", ["none"])


async def test_a_partners_key_and_a_stranger_get_no_file(
    stranger: httpx.AsyncClient, make_key: MakeKey
) -> None:
    assert_problem(await stranger.get(FILE), 401, "not_signed_in")
    cookie = {"Cookie": f"{sessions.COOKIE_NAME}=made-up"}
    assert_problem(await stranger.get(FILE, headers=cookie), 401, "not_signed_in")
    foreign = {**cookie, "Sec-Fetch-Site": "cross-site"}
    assert_problem(await stranger.get(FILE, headers=foreign), 403, "not_allowed")
    incoming = await make_key(KeyScope.INCOMING)
    assert_problem(await stranger.get(FILE, headers=incoming), 403, "not_allowed")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "+49301234"]
)
def test_no_cell_begins_a_formula(text: str) -> None:
    (cells,) = csv.reader(io.StringIO(csv_line([text]).decode(), newline=""))
    assert cells == [f"'{text}"]


@pytest.mark.parametrize("text", ["-5", "-5.25", "5", "a=b", "", "2026-01-31"])
def test_numbers_and_plain_texts_stay_as_they_are(text: str) -> None:
    assert csv_line([text, "x"]).decode() == f"{text},x\r\n"
