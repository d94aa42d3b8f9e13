import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.macros import Macro, Position, macros_in, parse, render, secrets_in
from services.macros.syntax import scan

MACRO_SOUP = st.text(alphabet='{}|:",\\#[]%$<>=&?/. abcléad_id2\n\x00\ud800', max_size=60)
POSITIONS = st.sampled_from(Position)


def expressions(text: str) -> list[str]:
    return [token.expression for token in scan(text)[0]]


@pytest.mark.parametrize(
    "macro",
    [
        "{lead_id}",
        "{LEAD_ID}",
        "{lead:policy}",
        "{field:amount_due}",
        "{amount|fixed:2}",
        "{email|trim|lower|sha256}",
        '{external_click_id|default:"none"}',
        "{external_click_id|default:none}",
        '{x|default:"a } b | c { d"}',
        '{occurred_at|date:"%Y-%m-%d",tz:"America/New_York"}',
        '{occurred_at | date: "%Y-%m-%d", tz: "America/New_York" }',
        '{conversion_status|map:"approved=1,rejected=3"}',
    ],
)
def test_a_macro_is_found_whole(macro):
    assert expressions(f"a{macro}b{macro}") == [macro, macro]


@pytest.mark.parametrize(
    "text",
    [
        '{"a":{"b":1}}',
        "{}",
        "{ lead_id }",
        "{lead_id }",
        "{1a}",
        "{lead id}",
        "{lead_id",
        "lead_id}",
        "{x|default:'none'}",
        '{x|default:"none}',
        "{x|}",
        "{:x}",
        "function(){return 1}",
    ],
)
def test_other_braces_are_text(text):
    assert expressions(text) == []


def test_a_brace_around_a_macro_is_text():
    assert expressions("{{lead_id}}") == ["{lead_id}"]


def test_a_broken_macro_does_not_hide_the_next_one():
    assert expressions("{lead_id&x={email}") == ["{email}"]


def test_names_and_keys_are_case_insensitive():
    assert render(parse("{Lead_ID}", Position.TEXT), {"lead_id": "7"}).text == "7"
    assert render(parse("{FIELD:Due}", Position.TEXT), {"field:due": "8"}).text == "8"


@pytest.mark.parametrize(
    ("macro", "name"),
    [
        ("{status}", "conversion_status"),
        ("{lead:email}", "email"),
        ("{lead:Sub10}", "sub10"),
        ("{lead:policy}", "lead:policy"),
        ("{lead:amount}", "lead:amount"),
        ("{field:email}", "field:email"),
    ],
)
def test_aliases_lead_to_one_name(macro, name):
    assert macros_in(parse(macro, Position.TEXT)) == {name}


def test_macros_in_lists_what_has_to_be_fetched():
    url = parse("https://{phone}.de/?a={lead_id}&b={lead:email}", Position.URL)
    header = parse("Bearer {secret:Token} {event_id}", Position.HEADER)
    assert macros_in(url, header) == {"lead_id", "email", "event_id"}
    assert secrets_in(url, header) == {"token"}


@given(MACRO_SOUP, POSITIONS)
def test_segments_joined_are_the_text(text, position):
    template = parse(text, position)
    joined = [s.expression if isinstance(s, Macro) else s for s in template.segments]
    assert "".join(joined) == text


@given(st.text(max_size=80).filter(lambda t: "\x00" not in t))
def test_text_without_macros_is_rendered_as_it_stands(text):
    text = text.replace("{", "(")
    for position in (Position.TEXT, Position.JSON, Position.FORM):
        assert render(parse(text, position), {}).text == text


def test_parsing_a_long_hostile_text_is_quick():
    # Would take minutes if the grammar backtracked.
    for piece in ('{a|b:"', "{a|b", "{a|b:c,", '{a|b:"c",d:"', "{a" + " " * 50, "{a|b|c"):
        assert parse(piece * 4000, Position.JSON).macros == ()
