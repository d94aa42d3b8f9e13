"""How a file becomes rows: encodings, delimiters, and a sentence for everything that is wrong."""

import codecs

import pytest

from models.words import ImportKind
from services.imports.contract import Delimiter, Encoding, UnreadableFile
from services.imports.decoding import EncodingWatch
from services.imports.reading import Layout, look, rows
from services.imports.suggestions import suggest

TEXT = "name;city\r\nÄnne;Köln\r\n"


def read(data: bytes, delimiter: Delimiter | None = None, *, piece: int = 7) -> tuple[Layout, list]:
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    watch = EncodingWatch()
    for each in pieces:
        watch.feed(each)
    encoding = watch.result()
    layout = look(data, encoding, delimiter=delimiter)
    return layout, list(rows(pieces, encoding, Delimiter(layout.delimiter)))


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 with a mark", "utf-16 le", "utf-16 be", "utf-16 bare", "windows-1252"],
)
def test_every_usual_encoding_is_found(data: bytes) -> None:
    layout, found = read(data)
    assert (layout.delimiter, layout.columns) == (";", ("name", "city"))
    assert found == [[2, "Änne", "Köln"]]


@pytest.mark.parametrize("delimiter", list(Delimiter))
def test_the_delimiter_is_found_and_quotes_protect_it(delimiter: Delimiter) -> None:
    d = delimiter.value
    layout, found = read(f'a{d}b\n"1{d}1"{d}"say ""x"""\n\n2{d}"two\nlines"\n'.encode())
    assert layout.delimiter == delimiter
    # The numbers are those of a spreadsheet: a blank line counts, a line within a cell does not.
    assert found == [[2, f"1{d}1", 'say "x"'], [4, "2", "two\nlines"]]


def test_columns_without_a_name_or_with_the_same_get_one_of_their_own() -> None:
    layout, _ = read(b"email,,email\na,b,c\n")
    assert layout.columns == ("email", "Column 2", "email (column 3)")
    assert len(layout.notes) == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"a,b\n", "nothing below it"),
        (b"PK\x03\x04rest", "Save it as CSV"),
        (b'a,b\n1,"never closed\n2,3\n', "Row 2 opens a quotation mark"),
        (b'a,b\n1,"x"y\n', "Row 2 has a quotation mark inside"),
        (b'a,b\n1,"' + b"x" * 200_000 + b'"\n', "Row 2 has a cell of more than"),
        (b"a,b\n1," + b"x" * 10_000_000, "a million characters"),
        (b",".join(b"c%d" % n for n in range(300)) + b"\n1\n", "more than 200 columns"),
    ],
)
def test_what_cannot_be_read_is_named_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read(data, piece=64 * 1024)


def test_nul_bytes_are_text_like_any_other() -> None:
    _, found = read(b"a,b\n1\x00,2\nthree,four\nfive,six\nseven,eight\n")
    assert found[0] == [2, "1\x00", "2"]


def test_columns_are_recognised_by_our_words_and_by_those_of_other_systems() -> None:
    columns = ["Click ID", "Payout", "Order No.", "policy_no", "Goal", "Nothing known", "amount"]
    assert suggest(ImportKind.EVENTS, columns, {"policy_no"}) == {
        "amount": "amount",
        "Click ID": "transaction_id",
        "Order No.": "order_id",
        "policy_no": "fields.policy_no",
        "Goal": "event",
    }


def test_a_file_of_another_encoding_than_chosen_is_still_read() -> None:
    layout = look(TEXT.encode("cp1252"), Encoding.UTF_8)
    assert layout.sample[0][1] == "\ufffdnne"
