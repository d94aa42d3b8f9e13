"""The success rule: what a 2xx answer must say, whatever bytes the partner sends."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words import SuccessRuleKind
from services.delivery.success_rule import (
    MAX_PATTERN_STEPS,
    BadRule,
    SuccessRule,
    as_stored,
    check_rule,
    in_words,
    rule_of,
    unmet,
)

OK = SuccessRule(SuccessRuleKind.CONTAINS, "OK")


def matches(pattern: str) -> SuccessRule:
    return SuccessRule(SuccessRuleKind.MATCHES, pattern)


def equals(path: str, value: str) -> SuccessRule:
    return SuccessRule(SuccessRuleKind.JSON, value, path)


def holds(rule: SuccessRule, answer: bytes) -> bool:
    return not unmet(rule, answer, status_code=200)


@pytest.mark.parametrize(
    ("rule", "answer", "held"),
    [
        (OK, b"OK", True),
        (OK, b"status: OK\n", True),
        (OK, b"ok", False),
        (OK, b"", False),
        (SuccessRule(SuccessRuleKind.CONTAINS, "größe"), "Größe größe".encode(), True),
        (OK, b"\xff\xfeOK", True),
        (matches(r"(?i)^\s*(ok|success)\b"), b"  Success: 1", True),
        (matches(r"(?i)^\s*(ok|success)\b"), b"no success", False),
        (matches(r"(?m)^result=1$"), b"a=2\nresult=1\n", True),
        (matches(r"^\d+$"), b"\xff12", False),
        (equals("status", "ok"), b'{"status": "ok"}', True),
        (equals("$.status", "ok"), b'{"status": "ok"}', True),
        (equals("result.items[0].state", "new"), b'{"result":{"items":[{"state":"new"}]}}', True),
        (equals("items[-1]", "2"), b'{"items":[1,2]}', True),
        (equals("$['click id']", "x"), b'{"click id":"x"}', True),
        (equals('$["a"].b', "x"), b'{"a":{"b":"x"}}', True),
        (equals("click-id", "x"), b'{"click-id":"x"}', True),
        (equals("$[0]", "x"), b'["x"]', True),
        (equals("[0]", "x"), b'["x"]', True),
        (equals("$", "OK"), b'"OK"', True),
        (equals("n", "1"), b'{"n": 1}', True),
        (equals("n", "1"), b'{"n": 1.0}', True),
        (equals("n", "1"), b'{"n": "1"}', True),
        (equals("n", "1"), b'{"n": true}', False),
        (equals("n", "1"), b'{"n": 2}', False),
        (equals("n", "true"), b'{"n": true}', True),
        (equals("n", "null"), b'{"n": null}', True),
        (equals("n", "x"), b'{"n": 1e999999999999999999999}', False),
        (equals("n", "x"), b'{"m": 1}', False),
        (equals("n", "x"), b'{"n": {"x": 1}}', False),
        (equals("n.x", "1"), b'{"n": [1]}', False),
        (equals("n[1]", "1"), b'{"n": [1]}', False),
        (equals("n[0]", "1"), b'{"n": {"0": 1}}', False),
        (equals("status", "ok"), b'\xef\xbb\xbf{"status": "ok"}', True),
        (equals("status", "ok"), b"<html>OK</html>", False),
        (equals("status", "ok"), b"[" * 60_000, False),
    ],
)
def test_a_rule_is_judged_on_the_bytes_of_the_answer(
    rule: SuccessRule, answer: bytes, held: bool
) -> None:
    check_rule(rule)
    assert holds(rule, answer) is held


@given(answer=st.binary(max_size=400))
def test_no_answer_breaks_the_judging_and_every_refusal_is_a_sentence(answer: bytes) -> None:
    for rule in (OK, matches("^O.K$"), equals("a.b[0]", "1")):
        problem = unmet(rule, answer, status_code=202)
        assert problem == "" or problem.startswith("The partner answered 202")
        assert len(problem) <= 500


@given(value=st.text(min_size=1, max_size=20).filter(lambda text: "\\" not in text))
def test_a_text_that_the_partner_sends_as_json_equals_itself(value: str) -> None:
    answer = json.dumps({"list": [{"it": value}]}).encode()
    assert holds(equals("list[0].it", value), answer)


@pytest.mark.parametrize(
    ("rule", "answer", "cut_off", "sentence"),
    [
        (
            OK,
            b"Invalid\n  click id",
            False,
            "The partner answered 200, but its text does not contain “OK”: “Invalid click id”",
        ),
        (
            OK,
            b"",
            False,
            (
                "The partner answered 200 without a text, but the success rule wants one that "
                "contains “OK”."
            ),
        ),
        (
            matches("^1$"),
            b"0",
            True,
            (
                "The partner answered 200, but its text does not match ^1$ "
                "(as far as it was read): “0”"
            ),
        ),
        (
            equals("status", "ok"),
            b'{"status":"error"}',
            False,
            (
                "The partner answered 200, but in its JSON status is “error” instead of “ok”: "
                '“{"status":"error"}”'
            ),
        ),
        (
            equals("status", "ok"),
            b'{"state":"ok"}',
            False,
            'The partner answered 200, but its JSON has no status: “{"state":"ok"}”',
        ),
        (
            equals("status", "ok"),
            b"OK",
            False,
            "The partner answered 200, but its text is not JSON, so there is no status: “OK”",
        ),
    ],
)
def test_a_refusal_shows_what_the_partner_said(
    rule: SuccessRule, answer: bytes, cut_off: bool, sentence: str
) -> None:
    assert unmet(rule, answer, status_code=200, cut_off=cut_off) == sentence


@pytest.mark.parametrize(
    "rule",
    [
        matches("("),
        matches("(?=x)y"),
        matches(r"(a)\1"),
        matches("(.?){1000}b"),
        matches(r"\pL{50}"),
        matches("x{5000}"),
        equals("", "x"),
        equals("a..b", "x"),
        equals("$..a", "x"),
        equals("a[*]", "x"),
        equals("a[?(@.b)]", "x"),
        equals("a[01]", "x"),
        equals("a[0", "x"),
        equals("a b", "x"),
        equals("a.", "x"),
    ],
)
def test_what_cannot_be_judged_by_is_refused_with_a_sentence(rule: SuccessRule) -> None:
    with pytest.raises(BadRule) as caught:
        check_rule(rule)
    assert str(caught.value).endswith(".")


def test_a_pattern_that_would_take_python_for_ever_is_harmless() -> None:
    rule = matches("^(a+)+$")
    check_rule(rule)
    assert not holds(rule, b"a" * 65_000 + b"!")
    assert MAX_PATTERN_STEPS <= 1_000  # what bounds the worst of the rest


@pytest.mark.parametrize("rule", [OK, matches("^1$"), equals("a.b", "c")])
def test_a_rule_is_read_as_it_was_stored(rule: SuccessRule) -> None:
    assert rule_of(as_stored(rule)) == rule
    assert in_words(rule)
