"""One sentence per wrong field, whatever comes in."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from services.errors import InvalidInput
from services.validation import InputModel, Text, find_unstorable, validate


class Inner(InputModel):
    size: int = 0


class Sample(InputModel):
    missing: ClassVar[Mapping[str, str]] = {"name": "Give a name."}

    name: Annotated[str, Text(10, empty="Give a name.")]
    note: Annotated[str, Text(10, lines=True)] | None = None
    count: int = 0
    ratio: float = 0
    headers: dict[str, str] = Field(default_factory=dict)
    inner: Inner = Inner()
    items: list[str] = Field(default_factory=list)


def problems(**data: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as error:
        validate(Sample, data)
    return error.value.fields


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ({}, {"name": "Give a name."}),
        ({"name": " \n"}, {"name": "Give a name."}),
        ({"name": "x" * 11}, {"name": "Use at most 10 characters; there are 11 now."}),
        ({"name": "a\nb"}, {"name": "Write this on one line."}),
        ({"name": None}, {"name": "Give text."}),
        ({"name": "a", "nmae": 1}, {"nmae": "There is no field of this name."}),
        ({"name": "a", "count": "1"}, {"count": "Give a whole number."}),
        ({"name": "a", "count": 1.5}, {"count": "Give a whole number."}),
        ({"name": "a", "count": True}, {"count": "Give a whole number."}),
        (
            {"name": "a", "ratio": float("inf")},
            {"ratio": "Give a number; NaN and Infinity are none."},
        ),
        ({"name": "a", "headers": {"X": 1}}, {"headers.X": "Give text."}),
        ({"name": "a", "headers": []}, {"headers": "Give an object of names and values."}),
        ({"name": "a", "inner": {"size": "x"}}, {"inner.size": "Give a whole number."}),
        ({"name": "a", "inner": {"sise": 1}}, {"inner.sise": "There is no field of this name."}),
        ({"name": "a", "items": ["x", 2]}, {"items.1": "Give text."}),
        ({"name": "a\x00"}, {"name": "Remove the control character U+0000."}),
        ({"name": "a", "note": "\x1b["}, {"note": "Remove the control character U+001B."}),
        (
            {"name": "a", "items": ["x", "\udfff"]},
            {"items.1": "The text contains half a character; send it as valid UTF-8."},
        ),
        (
            {"name": "a", "headers": {"X\x00": "1"}},
            {"headers": "A name in here contains a control character."},
        ),
    ],
)
def test_each_wrong_field_gets_its_sentence(data: dict[str, Any], fields: dict[str, str]) -> None:
    assert problems(**data) == fields


def test_all_wrong_fields_are_named_at_once() -> None:
    assert set(problems(count="x", other=1)) == {"name", "count", "other"}


def test_space_around_one_line_is_taken_off_and_several_lines_stay() -> None:
    model = validate(Sample, {"name": "  a b ", "note": " a\n\tb "})
    assert (model.name, model.note) == ("a b", " a\n\tb ")


def test_what_is_no_object_is_refused() -> None:
    for data in ([], "text", None, 5):
        with pytest.raises(InvalidInput) as error:
            validate(Sample, data)  # type: ignore[arg-type]
        assert set(error.value.fields) == {"body"}


def test_endless_nesting_is_refused_and_not_followed() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    (field,) = problems(name="a", items=deep)
    assert field.startswith("items.0.0")


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=4), inner, max_size=3)
            ),
            max_leaves=8,
        ),
        max_size=5,
    )
)
def test_whatever_comes_in_is_a_model_or_sentences(data: dict[str, Any]) -> None:
    sentences = {"": "."}
    try:
        validate(Sample, data)
    except InvalidInput as error:
        sentences = error.fields
    assert sentences
    assert all(sentence.endswith(".") for sentence in sentences.values())


@given(st.text())
def test_what_is_let_through_can_be_stored_everywhere(text: str) -> None:
    if not find_unstorable({"x": text}):
        assert "\x00" not in text
        assert json.loads(json.dumps(text).encode("utf-8")) == text
        text.encode("utf-8")
