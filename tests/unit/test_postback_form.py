"""The pure parts of the postback editor: rows to data and back, what the policy says."""

import pytest

from dashboard.pages.postback import draft
from dashboard.pages.postback.form_views import POLICY
from dashboard.pages.postback.lines import HeaderLine, SecretLine, lints_of, replaced
from dashboard.pages.postback.receiver import receiver_name, receiver_url
from services.delivery import limits
from services.macros import Position
from services.settings import Settings


def test_rows_without_a_name_are_no_headers() -> None:
    rows = [HeaderLine("r1", " X-Key ", "1"), HeaderLine("r2", "", "")]
    assert draft.header_values(rows) == {"X-Key": "1"}


def test_what_a_mapping_would_swallow_is_said_at_the_row() -> None:
    headers = [HeaderLine("r1", "X-Key", "1"), HeaderLine("r2", "x-key", "2")]
    nameless = [HeaderLine("r3", "", "value")]
    secrets = [SecretLine("r4", "token", is_replacing=True)]
    problems = draft.row_problems([*headers, *nameless], secrets, {})
    assert sorted(problems) == ["r2", "r3", "r4"]


def test_a_stored_secret_is_neither_sent_again_nor_removed() -> None:
    rows = [SecretLine("r1", "token", is_stored=True)]
    assert draft.new_secrets(rows, {}) == {}
    assert draft.removed_secrets(rows, ["token"]) == []


def test_a_replaced_secret_is_sent_and_a_row_taken_away_is_removed() -> None:
    rows = [SecretLine("r1", "token", is_stored=True, is_replacing=True)]
    assert draft.new_secrets(rows, {"r1": "new"}) == {"token": "new"}
    assert draft.removed_secrets(rows, ["token", "old"]) == ["old"]


def test_a_secret_that_somebody_else_removed_needs_its_value_again() -> None:
    rows = [SecretLine("r1", "token", is_stored=True), SecretLine("r2", "other", is_stored=True)]
    kept, lost = draft.without_lost_secrets(rows, ["token"])
    assert kept == rows[0]
    assert (lost.is_stored, lost.is_replacing) == (False, True)


def test_a_comparison_names_secrets_and_never_their_values() -> None:
    rows = [SecretLine("r1", "token", is_replacing=True), SecretLine("r2", "key", is_stored=True)]
    assert draft.secrets_in_words(rows) == ["token (new value)", "key"]


def test_an_error_of_a_header_stands_at_its_row_whatever_the_case() -> None:
    rows = [HeaderLine("r1", "X-Key", "1"), HeaderLine("r2", "Host", "2")]
    marked, used = draft.with_header_errors(rows, {"headers.host": "Not this one.", "url": "Bad."})
    assert [row.error for row in marked] == ["", "Not this one."]
    assert "headers.host" in used
    assert "url" not in used


def test_a_suggestion_is_put_where_it_was_found() -> None:
    text = "https://p.example/?a={transactionid}&b={transactionid}"
    second = lints_of(text, Position.URL)[1]
    assert replaced(text, second) == "https://p.example/?a={transactionid}&b={transaction_id}"


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://localhost:3301", "http://localhost:3301/echo/a?"),
        ("https://leads.example.com", "http://127.0.0.1:3301/echo/a?"),
        ("", "http://127.0.0.1:3301/echo/a?"),
    ],
)
def test_the_test_receiver_is_addressed_as_the_sender_may_call_it(
    origin: str, expected: str
) -> None:
    settings = Settings(_env_file=None, port=3301)
    url = receiver_url(origin, "/echo/a", settings=settings)
    assert url.startswith(expected)
    assert receiver_name(url, settings=settings) == "a"


@pytest.mark.parametrize("url", ["", "http://[", "http://x:y/echo/a", "https://p.example/echo/a"])
def test_other_urls_call_no_test_receiver(url: str) -> None:
    assert receiver_name(url, settings=Settings(_env_file=None)) == ""


def test_the_policy_on_screen_is_the_one_in_force() -> None:
    said = " ".join(POLICY)
    standard = limits.STANDARD
    for number, unit in (
        (standard.connect, "seconds for a connection"),
        (standard.silence, "seconds for an answer"),
        (standard.total, "seconds in all"),
    ):
        assert f"{number:g} {unit}" in said
