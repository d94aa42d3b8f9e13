"""How reasons of rows are put together."""

from models.words import ImportVerdict
from services.imports.chunks import Result
from services.imports.reasons import MOST_GROUPS, ROWS_SHOWN, added, general, read, varying


def test_only_what_a_row_brought_itself_is_left_out_of_its_reason() -> None:
    text = "Click ID: There is no lead with transaction_id “t-9” in the campaign “auto-us”."
    assert general(text, ["t-9", "auto-us-t-9"]) == text.replace("t-9", "…")
    cut = f"There is no event “{'x' * 64}”."
    assert general(cut, ["x" * 90]) == "There is no event “…”."
    assert (
        general("Row 1,234 of this file is the same fact.")
        == "Row … of this file is the same fact."
    )
    columns, mapped = ["Goal", "Click ID", "Note"], {"Goal": "event", "Click ID": "transaction_id"}
    assert varying(columns, mapped) == {1, 2}


def test_reasons_are_counted_and_their_number_is_bounded() -> None:
    rows = [([n, f"t-{n}"], Result(ImportVerdict.REFUSED, f"No “t-{n}”.")) for n in range(9)]
    rows += [([n], Result(ImportVerdict.REFUSED, f"Reason {n}.")) for n in range(2 * MOST_GROUPS)]
    rows += [([n], Result(ImportVerdict.READY)) for n in range(5)]
    first, *others = read(added(added([], rows[:5], {0}), rows[5:], {0}))
    # What has no group of its own any more is counted together.
    assert first.count == MOST_GROUPS + 1
    assert first.text.startswith("Other reasons")
    assert (others[0].text, others[0].count, len(others[0].rows)) == ("No “…”.", 9, ROWS_SHOWN)
    assert len(others) == MOST_GROUPS
