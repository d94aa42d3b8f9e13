import json
from decimal import Decimal
from urllib.parse import parse_qs, parse_qsl, unquote, unquote_plus, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.macros import Place, Position, SecretRef, body_position, parse, render

NASTY = st.text(st.characters(), max_size=30) | st.text(
    alphabet='"\\{}&=#?/@:%\r\n .\x00', max_size=20
)
CLEAN = NASTY.filter(lambda t: "\x00" not in t and not any("\ud800" <= c <= "\udfff" for c in t))
VALUES = st.fixed_dictionaries({"sub1": NASTY, "sub2": NASTY, "amount": NASTY})


def rendered(text, position, **values):
    return render(parse(text, position), values).text


@pytest.mark.parametrize(
    ("content_type", "position"),
    [
        ("application/json", Position.JSON),
        ("Application/JSON; charset=utf-8", Position.JSON),
        ("application/vnd.api+json", Position.JSON),
        ("application/x-www-form-urlencoded", Position.FORM),
        ("text/plain", Position.TEXT),
        ("", Position.TEXT),
    ],
)
def test_the_content_type_decides_how_a_body_is_encoded(content_type, position):
    assert body_position(content_type) is position


BAR = {
    "first_name": 'O"Neil\\ {event_name}',
    "email": "a+b@ü.de",
    "transaction_id": "t 1&x=ü",
    "event_name": "sale",
}


def test_a_difficult_lead_arrives_unchanged_in_a_get_query():
    url = rendered(
        "https://p.example/in?n={first_name}&e={email}&t={transaction_id}", Position.URL, **BAR
    )
    assert url.isascii()
    assert parse_qs(urlsplit(url).query) == {
        "n": [BAR["first_name"]],
        "e": [BAR["email"]],
        "t": [BAR["transaction_id"]],
    }


def test_a_difficult_lead_arrives_unchanged_in_a_json_body():
    body = rendered('{"n":"{first_name}","e":{email},"t":"{transaction_id}"}', Position.JSON, **BAR)
    assert json.loads(body) == {
        "n": BAR["first_name"],
        "e": BAR["email"],
        "t": BAR["transaction_id"],
    }


@given(VALUES)
def test_a_value_never_changes_the_structure_of_a_url(values):
    template = "https://u:p@p.example:8443/a/{sub1}/b-{sub2}?k={sub1}&m={amount}&z=1#f={sub2}"
    url = urlsplit(render(parse(template, Position.URL), values).text)
    assert (url.scheme, url.netloc) == ("https", "u:p@p.example:8443")
    assert len(url.path.split("/")) == 4
    assert [pair.partition("=")[0] for pair in url.query.split("&")] == ["k", "m", "z"]


@given(CLEAN)
def test_a_value_can_be_read_back_from_path_query_and_form(value):
    url = urlsplit(rendered("https://p.example/a/{sub1}?k={sub1}", Position.URL, sub1=value))
    assert unquote(url.path) == f"/a/{value}"
    assert unquote(url.query) == f"k={value}"
    form = rendered("k={sub1}&m=1", Position.FORM, sub1=value)
    assert parse_qsl(form, keep_blank_values=True) == [("k", value), ("m", "1")]
    assert unquote_plus(form.partition("&")[0]) == f"k={value}"


@given(NASTY)
def test_raw_never_ends_a_line_or_starts_a_fragment(value):
    url = rendered("https://p.example/{sub1|raw}/x?{sub1|raw}", Position.URL, sub1=value)
    assert urlsplit(url).netloc == "p.example"
    assert not set(url) & set("\r\n #\x00")
    assert url.isascii()


def test_raw_keeps_what_structures_a_query():
    url = "https://p.example/x?{sub1|raw}"
    assert rendered(url, Position.URL, sub1="a=1&b=%20") == "https://p.example/x?a=1&b=%20"


URLS = st.one_of(
    st.builds(
        "".join,
        st.lists(
            st.sampled_from(
                [
                    *("https:", "http", "//", "/", "\\", "@", ":", "?", "#", "p.example", "8080"),
                    *(" ", "\n", "\t", "[", "]", ".", "u", "%7B", "{amount", "{sub1}"),
                    *("{sub1|raw}", "{sub2|raw}", '{sub1|default:"//evil/"|raw}'),
                ]
            ),
            max_size=10,
        ),
    ),
    st.builds(
        "https://{}{}{}".format,
        st.sampled_from(["p.example", "{sub1}", "u@p.example:1", "", "a{sub1|raw}b"]),
        st.sampled_from(["/", "?", "#", "", "\\", "\n"]),
        st.sampled_from(["{sub1|raw}", "{sub1}/x", "/{sub2|raw}?{sub1|raw}"]),
    ),
)
HOSTILE = st.sampled_from(
    [
        "//evil.example/",
        "@evil.example/",
        "evil.example",
        "\\\\evil",
        ":9",
        "/",
        "?",
        "s",
        "\r\n",
        "",
    ]
)


def origins(url):
    """What the standard library and the sender's library take for the target of a URL."""
    found = []
    for read in (lambda u: urlsplit(u)[:2], lambda u: (httpx.URL(u).scheme, httpx.URL(u).netloc)):
        try:
            found.append(read(url))
        except (ValueError, httpx.InvalidURL):
            found.append("refused")
    return found


@settings(max_examples=400)
@given(URLS, st.fixed_dictionaries({"sub1": HOSTILE | NASTY, "sub2": HOSTILE | NASTY}))
def test_no_value_ever_changes_the_host(template, values):
    parsed = parse(template, Position.URL)
    plain = "".join(
        segment
        if isinstance(segment, str)
        else segment.expression
        if segment.place is Place.AUTHORITY
        else "x"
        for segment in parsed.segments
    )
    assert origins(render(parsed, values).text) == origins(plain)


def test_literal_text_of_a_url_is_made_sendable():
    url = rendered("https://p.example/a b?n=José&x={sub1}", Position.URL, sub1="1")
    assert url == "https://p.example/a%20b?n=Jos%C3%A9&x=1"


@given(VALUES)
def test_a_value_never_changes_the_shape_of_json(values):
    template = (
        '{"a": "x{sub1}\\"y{sub2}", "b": {sub1}, "c": [{amount}, {"d": {sub2}}], {sub1}: 1, '
        '"n": {amount|sha256}}'
    )
    body = json.loads(render(parse(template, Position.JSON), values).text, object_pairs_hook=list)
    assert [key for key, _ in body][:3] == ["a", "b", "c"]
    assert len(body) == 5
    assert isinstance(body[0][1], str)
    assert body[1][1] is None or isinstance(body[1][1], str)
    assert isinstance(body[2][1], list)
    assert len(body[2][1]) == 2
    assert isinstance(body[3][0], str)
    assert body[4][1] is None or isinstance(body[4][1], str)


@given(CLEAN)
def test_a_value_can_be_read_back_from_json(value):
    body = json.loads(rendered('["{sub1}",{sub1}]', Position.JSON, sub1=value))
    assert body == [value, value or None]


@pytest.mark.parametrize(
    ("macro", "value", "text"),
    [
        ("{amount}", "49.90", "49.90"),
        ("{amount}", "1e3", "1e3"),
        ("{amount}", "+5", '"+5"'),
        ("{amount}", "05", '"05"'),
        ("{amount}", "NaN", '"NaN"'),
        ("{amount}", "٣", '"٣"'),
        ("{amount}", "", "null"),
        ("{amount}", Decimal("NaN"), '"NaN"'),
        ("{amount|fixed:1}", "49.96", "50.0"),
        ("{amount|cents}", "49.90", "4990"),
        ('{amount|default:"0"}', None, "0"),
        ('{amount|map:"49.90=1"}', "49.90", '"1"'),
        ("{event_count}", 3, "3"),
        ("{sub1}", "7", '"7"'),
        ("{sub1}", None, "null"),
        ("{sub1|fixed:2}", "7", "7.00"),
        ("{field:due}", Decimal("7.50"), "7.50"),
        ("{field:due}", "7.50", '"7.50"'),
        ("{is_test}", "true", '"true"'),
        ("{occurred_at|unix}", "2026-01-02T03:04:05Z", "1767323045"),
    ],
)
def test_outside_a_string_a_macro_is_a_json_value(macro, value, text):
    name = macro.strip("{}").partition("|")[0]
    assert render(parse(f'{{"a":{macro}}}', Position.JSON), {name: value}).text == f'{{"a":{text}}}'


def test_a_macro_after_a_dangling_backslash_stays_text():
    # Else the escape of the value's quote would be undone.
    body = rendered('{"a":"\\{sub1}","b":"{sub1}"}', Position.JSON, sub1='","x":"')
    assert body == '{"a":"\\{sub1}","b":"\\",\\"x\\":\\""}'


def test_an_escaped_quote_does_not_end_a_json_string():
    assert rendered('["a\\"{sub1}\\\\",{sub1}]', Position.JSON, sub1='"') == '["a\\"\\"\\\\","\\""]'


@given(NASTY)
def test_a_value_never_adds_a_header(value):
    text = rendered("Bearer {sub1}", Position.HEADER, sub1=value)
    assert text.splitlines() == [text]
    assert text.isascii()
    assert text.isprintable()


def test_a_header_value_that_is_ascii_stays_as_it_is():
    assert rendered("{sub1}", Position.HEADER, sub1='a "b" 100%') == 'a "b" 100%'
    assert rendered("{sub1}", Position.HEADER, sub1="\x85\u2028\x7f") == "%C2%85%E2%80%A8%7F"
    assert rendered("{sub1}", Position.HEADER, sub1="ü€\r\nX: 1") == "%C3%BC%E2%82%AC%0D%0AX: 1"


def test_a_secret_stays_a_reference():
    result = render(parse("Bearer {secret:Token}-{sub1}", Position.HEADER), {"sub1": "v"})
    assert result.parts == ("Bearer ", SecretRef("token"), "-v")
    assert result.text == "Bearer {secret:token}-v"


@pytest.mark.parametrize("position", sorted(set(Position) - {Position.HEADER}))
def test_a_secret_outside_of_headers_is_empty(position):
    result = render(parse("https://p.example/{secret:x}", position), {"secret:x": "SECRET"})
    assert "SECRET" not in result.text
    assert all(isinstance(part, str) for part in result.parts)


@given(
    st.sampled_from(["{secret:x}", "{lead_id}", "{sub1}", "{{secret:x}}", "{", "}"]),
    st.sampled_from(Position),
)
def test_a_value_is_never_expanded_again(value, position):
    values = {"sub1": value, "sub2": "secret:x}", "lead_id": "LEAD", "secret:x": "SECRET"}
    text = "https://p.example/{sub1}{{sub2}{sub1}"
    result = render(parse(text, position), values)
    assert "LEAD" not in result.text
    assert "SECRET" not in result.text
    assert all(isinstance(part, str) for part in result.parts)
    if position is Position.TEXT:
        assert result.text == f"https://p.example/{value}{{secret:x}}{value}"


def test_text_takes_a_value_as_it_is():
    assert rendered("<a>{sub1}</a>", Position.TEXT, sub1="a & b\n") == "<a>a & b\n</a>"


def test_nul_and_lone_surrogates_become_replacement_characters():
    assert rendered("{sub1}", Position.TEXT, sub1="a\x00\ud800b\ud83d\ude00") == "a��b😀"


def test_the_trace_tells_what_each_macro_became():
    template = parse("https://p.example/?e={Email|lower}&s={status}", Position.URL)
    email, status = render(template, {"email": "A@B.de"}).macros
    assert (email.expression, email.name) == ("{Email|lower}", "email")
    assert (email.value, email.encoded, email.empty) == ("a@b.de", "a%40b.de", False)
    assert (status.name, status.value, status.empty) == ("conversion_status", "", True)
    assert render(template, {}, trace=False).macros == ()
