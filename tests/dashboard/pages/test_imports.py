"""Imports: a file on its way from the upload to its undoing, in a real browser."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.dashboard.pages.conftest import at, made
from tests.dashboard.server import Server

EVENTS = (
    "Goal;Click ID;Payout;Note\nim_sale;im-1;1.250,50;first\nim_sale;im-9;10;\nim_sale;im-2;5;\n"
)


@pytest.fixture(scope="module", autouse=True)
def defined(api: httpx.Client) -> None:
    made(api.post("/campaigns", json={"key": "im-auto", "name": "Imported Auto"}))
    made(api.post("/event-types", json={"name": "im_sale", "is_conversion": True}))
    for name in ("im-1", "im-2"):
        made(api.post("/leads", json={"campaign": "im-auto", "transaction_id": name}))


def a_file(text: str, name: str = "january.csv") -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def upload(page: Page, server: Server, text: str, *, kind: str = "Events") -> None:
    page.goto(f"{server.url}/imports")
    page.get_by_role("radio", name=kind, exact=True).check()
    page.locator("input[type=file]").set_input_files(a_file(text))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("button", name="Check every row")).to_be_visible()


def events(api: httpx.Client) -> list[dict]:
    return made(api.get("/events", params={"event": "im_sale"}))["items"]


def test_a_file_is_mapped_checked_imported_and_undone(
    signed_in: Page, server: Server, api: httpx.Client, tmp_path: Path
) -> None:
    page = signed_in
    upload(page, server, EVENTS)
    expect(page.get_by_label("Cells are separated by")).to_have_value(";")
    expect(page.get_by_label("Field of Click ID")).to_have_value("transaction_id")
    expect(page.get_by_label("Field of Note")).to_have_value("")
    expect(page.get_by_label("Time zone of times")).to_have_value("Europe/Berlin")
    page.get_by_label("Numbers").select_option("comma")
    first = page.get_by_role("table", name="First rows").get_by_role("row").nth(1)
    expect(first).to_contain_text("1250.50")
    page.get_by_role("switch", name="Send postbacks").click()
    page.get_by_role("button", name="Check every row").click()
    expect(page).to_have_url(re.compile("step=check"))
    reasons = page.get_by_role("table", name="Reasons")
    expect(reasons).to_contain_text("There is no lead with transaction_id")
    reasons.locator("summary").click()
    expect(reasons.get_by_text("Row 3:")).to_be_visible()
    assert events(api) == []

    page.get_by_role("button", name="Import 2 events").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("No postback is sent. 1 row is left out.")
    question.get_by_role("button", name="Import 2 events").click()
    expect(page.get_by_text("2 events were imported.")).to_be_visible()
    assert {row["amount"] for row in events(api)} == {"1250.50", "5"}
    with page.expect_download() as download:
        page.get_by_role("button", name="Only the rows left out").click()
    saved = tmp_path / "result.csv"
    download.value.save_as(saved)
    assert saved.read_text().splitlines()[1].startswith("im_sale;im-9;10;;refused;")

    page.get_by_role("button", name="Undo import").click()
    expect(question).to_contain_text("2 events of this import are taken back")
    question.get_by_role("button", name="Undo import").click()
    expect(page.get_by_text("Undone: 2 events taken back.")).to_be_visible()
    assert events(api) == []
    page.get_by_role("link", name="Imports", exact=True).last.click()
    expect(page).to_have_url(at(server, "/imports"))
    expect(page.get_by_role("table", name="Imports")).to_contain_text("2 taken back")


def test_a_file_that_is_no_csv_is_refused_where_it_was_chosen(
    signed_in: Page, server: Server
) -> None:
    signed_in.goto(f"{server.url}/imports")
    signed_in.get_by_role("button", name="Upload").click()
    expect(signed_in.get_by_text("Choose a CSV file first.")).to_be_visible()
    book = {"name": "book.csv", "mimeType": "text/csv", "buffer": b"PK\x03\x04 a workbook"}
    signed_in.locator("input[type=file]").set_input_files(book)
    signed_in.get_by_role("button", name="Upload").click()
    expect(signed_in.get_by_text("Save it as CSV and upload that.")).to_be_visible()
    expect(signed_in).to_have_url(at(server, "/imports"))


def test_what_is_missing_is_told_and_a_column_can_be_given_another_field(
    signed_in: Page, server: Server
) -> None:
    page = signed_in
    upload(page, server, "who,what\nim-7,ann@example.com\n", kind="Leads")
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_text("Choose the column of the campaign")).to_be_in_viewport()
    page.get_by_label("Field of who").select_option("transaction_id")
    page.get_by_label("Field of what").select_option("fields.what")
    page.get_by_label("Campaign").select_option("im-auto")
    first = page.get_by_role("table", name="First rows").get_by_role("row").nth(1)
    expect(first).to_contain_text("im-auto")
    page.reload()
    expect(page.get_by_label("Field of what")).to_have_value("fields.what")
    page.get_by_role("button", name="Remove file").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove file").click()
    expect(page).to_have_url(at(server, "/imports"))


def test_an_address_that_leads_nowhere_says_so(signed_in: Page, server: Server) -> None:
    signed_in.goto(f"{server.url}/imports/imp_nothing")
    expect(signed_in.get_by_text("There is no such import")).to_be_visible()
