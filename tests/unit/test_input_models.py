"""Whatever text comes into whatever field: it is kept exactly as given, or refused in words."""

from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import dashboard.api.app  # noqa: F401 - brings every model
from dashboard.api.body_examples import BODIES
from services.errors import InvalidInput
from services.validation import InputModel, validate

# Beside any text of Unicode, halves of characters included: what has broken others.
TEXTS = st.text(st.characters(), max_size=300) | st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "a\x00b",
        "\ud800",
        "\ufffe",
        "\u202eabc",
        "İ",
        "ﬃ",
        "e\u0301",
        "{amount",
        "{amount|fixed:99}",
        "https://[::1",
        "https://ü.example/{x}?{y",
        "http://1",
        "%",
        "a" * 70_000,
        "🎉" * 5_000,
        "2026-13-45T99:99:99+99:99",
        "9" * 5_000,
        "1e999999999",
    ]
)


def _models(model: type[InputModel] = InputModel) -> list[type[InputModel]]:
    found = []
    for child in model.__subclasses__():
        if child.__module__.startswith(("services.", "dashboard.")):
            found += [child, *_models(child)]
    return found


def _takes_text(annotation: Any) -> bool:
    return annotation is str or any(_takes_text(each) for each in get_args(annotation))


def judged(
    model: type[InputModel], data: dict[str, Any]
) -> tuple[InputModel | None, dict[str, str]]:
    """Return what was kept, or what is wrong with it in words."""
    try:
        return validate(model, data), {}
    except InvalidInput as error:
        return None, dict(error.fields)


FIELDS = sorted(
    {
        (model.__name__, field.alias or name): (model, name)
        for model in _models()
        for name, field in model.model_fields.items()
        if _takes_text(field.annotation)
    }.items()
)


def test_the_walk_finds_the_models_and_their_texts() -> None:
    assert len({model for (model, _), _ in FIELDS}) > 15
    assert len(FIELDS) > 80


@pytest.mark.parametrize(
    ("key", "place"), FIELDS, ids=[f"{model}.{name}" for (model, name), _ in FIELDS]
)
@settings(max_examples=12)
@given(text=TEXTS)
@example(text="\ud800")
@example(text="a" * 70_000)
def test_a_text_is_kept_as_it_is_or_refused_in_words(
    key: tuple[str, str], place: tuple[type[InputModel], str], text: str
) -> None:
    model, name = place
    given_as = key[1]
    kept, refused = judged(model, {**BODIES.get(model.__name__, {}), given_as: text})
    if kept is None:
        assert all(sentence.endswith((".", "?")) for sentence in refused.values())
        named = {field.partition(".")[0] for field in refused}
        assert given_as in named or model.__name__ not in BODIES
        return
    value = getattr(kept, name)
    if isinstance(value, str):
        # Space around a line is no part of it.
        assert value in {text, text.strip()}


@pytest.mark.parametrize("model", _models(), ids=lambda model: model.__name__)
@settings(max_examples=20)
@given(
    data=st.dictionaries(
        TEXTS,
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
            max_leaves=5,
        ),
        max_size=4,
    )
)
def test_any_object_is_taken_or_refused_in_words(
    model: type[InputModel], data: dict[str, Any]
) -> None:
    named = dict(zip(model.model_fields, data.values(), strict=False)) | data
    kept, refused = judged(model, named)
    assert kept is not None or refused
