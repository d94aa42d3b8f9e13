import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.macros import (
    VOCABULARY,
    MacroGroup,
    Position,
    Severity,
    lint,
    parse,
    render,
    translate,
)
from services.macros.dialects import _FOREIGN_BY_OURS

U = "https://p.example/pb?x="


def found(text, position=Position.URL, **known):
    return [
        (p.severity.value, text[p.start : p.end], p.suggestion)
        for p in lint(text, position, **known)
    ]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        (U + "{transaction_id}&l={lead:policy}&f={field:due|fixed:2}", Position.URL),
        (U + "%7Bname%7D&user[email]={email}", Position.URL),
        ('{"lead":{"id":"{lead_id}","a":[{amount},{"b":{}}]},"c":{status}}', Position.JSON),
        ('{"a":{"b":{"c":{lead_id}}}}', Position.JSON),
        ('{"text":"{hello there} [test] 5 < 6 #1"}', Position.JSON),
        ("a { color: red } {", Position.TEXT),
        ("Bearer {secret:token}", Position.HEADER),
        ("a={email}&b={phone}", Position.FORM),
        ("https://p.example/", Position.URL),
        ("https://p.example", Position.URL),
    ],
)
def test_good_templates_have_no_problems(text, position):
    assert lint(text, position) == ()


@pytest.mark.parametrize(
    ("written", "span", "suggestion"),
    [
        ("{transacton_id}", "{transacton_id}", "{transaction_id}"),
        ("{Email_Adress|lower}", "{Email_Adress|lower}", "{email|lower}"),
        ("{clickid}", "{clickid}", "{transaction_id}"),
        ("{payout|fixed:2}", "{payout|fixed:2}", "{amount|fixed:2}"),
        ("{timestamp}", "{timestamp}", "{occurred_at|unix}"),
        ("{timestamp|unix_ms}", "{timestamp|unix_ms}", "{occurred_at|unix_ms}"),
        ("{aff_sub3}", "{aff_sub3}", "{sub3}"),
        ("{_sub1}", "{_sub1}", "{sub1|raw}"),
        ("{sig|upper}", "{sig|upper}", "{sig}"),
        ("{signature}", "{signature}", "{sig}"),
        ("{zzz}", "{zzz}", None),
        ("{campaign:name}", "{campaign:name}", "{campaign_name}"),
        ("{email:x}", "{email:x}", "{email}"),
        ("{leed:policy}", "{leed:policy}", "{lead:policy}"),
        ("{lead}", "{lead}", None),
        ("{secret:x}", "{secret:x}", None),
        ("{email|lowr}", "lowr", "lower"),
        ("{email|sha-256}", "sha-256", "sha256"),
        ("{email|urlencode}", "urlencode", None),
        ("{lead_id", "{lead_id", "{lead_id}"),
        ("{amount|fixed:2", "{amount|fixed:2", "{amount|fixed:2}"),
        ("{lead_id&y=1", "{lead_id", "{lead_id}"),
        ("{whatever", "{whatever", "{whatever}"),
        ("lead_id}", "lead_id}", "{lead_id}"),
        ("{email|default:'a b'}", "{email|default:'a b'}", '{email|default:"a b"}'),
        ('{email|default:\\"a\\"}', '{email|default:\\"a\\"}', '{email|default:"a"}'),
        ("{lead_id }", "{lead_id }", "{lead_id}"),
        ("{status:lead=0 sale=1}", "{status:lead=0 sale=1}", '{status|map:"lead=0,sale=1"}'),
    ],
)
def test_what_would_go_wrong_blocks_saving(written, span, suggestion):
    assert found(U + written) == [("error", span, suggestion)]


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ("#reqid#", "{transaction_id}"),
        ("#price#", "{amount}"),
        ("#s2#", "{sub2}"),
        ("[tag:User:Email]", "{email}"),
        ("[tag:Publisher:Unheard]", None),
        ("[lead_id]", "{lead_id}"),
        ("[email]", "{email}"),
        ("{{lead_id}}", "{lead_id}"),
        ("{{{lead_id}}}", "{lead_id}"),
        ("{{ lead_id }}", "{lead_id}"),
        ("{{lead:policy}}", "{lead:policy}"),
        ("{{email|lower}}", "{email|lower}"),
        ("{ lead_id }", "{lead_id}"),
        ("%7Blead_id%7D", "{lead_id}"),
        ("%7b%7bclickid%7d%7d", "{transaction_id}"),
        ("${lead_id}", "{lead_id}"),
        ("<<email>>", "{email}"),
        ("%%order_id%%", "{order_id}"),
    ],
)
def test_other_dialects_are_named_with_a_translation(written, suggestion):
    assert found(U + written) == [("warning", written, suggestion)]


def test_a_foreign_name_in_foreign_braces_is_unknown_too():
    assert found(U + "{{clickid}}") == [
        ("warning", "{{clickid}}", "{transaction_id}"),
        ("error", "{clickid}", "{transaction_id}"),
    ]


def test_a_dialect_inside_an_argument_is_text():
    assert found(U + '{sub1|default:"#email#"}') == []


def test_foreign_braces_in_json_are_told_from_those_of_json():
    text = '{"a":{{lead_id}},"b":{"c":{lead_id}}}'
    assert found(text, Position.JSON) == [("warning", "{{lead_id}}", "{lead_id}")]


@pytest.mark.parametrize(
    ("url", "macro"),
    [
        ("https://{sub1}/x", "{sub1}"),
        ("https://p.example:{sub1}/x", "{sub1}"),
        ("https://{sub1}@p.example/x", "{sub1}"),
        ("{sub1}://p.example/x", "{sub1}"),
        ("https://p.example{sub1}/x", "{sub1}"),
        ("https://p.example{sub1}", "{sub1}"),
        ("{sub1}/x", "{sub1}"),
        ("p.example/x?{sub1}", "{sub1}"),
        ("https:///{sub1}", "{sub1}"),  # some clients take the path for the host then
    ],
)
def test_a_macro_before_the_path_is_an_error_and_stays_text(url, macro):
    assert found(url) == [("error", macro, None)]
    assert render(parse(url, Position.URL), {"sub1": "evil"}).text == url


def test_raw_is_for_path_and_query_only():
    assert found("https://p.example/{sub1|raw}?{sub1|raw}") == []
    assert found("https://p.example/#{sub1|raw}") == [("error", "raw", None)]
    for position in (Position.JSON, Position.FORM, Position.TEXT, Position.HEADER):
        assert found("{sub1|raw}", position) == [("error", "raw", None)]


def test_secrets_stand_in_headers_without_filters():
    assert found("{secret:x|lower}", Position.HEADER) == [
        ("error", "{secret:x|lower}", "{secret:x}")
    ]
    for position in (Position.JSON, Position.FORM, Position.TEXT):
        assert found("{secret:x}", position) == [("error", "{secret:x}", None)]


def test_a_header_is_one_line():
    assert found("a\r\nX: {lead_id}", Position.HEADER) == [("error", "\r\n", " ")]


def test_a_backslash_is_no_escape_in_json():
    assert found('{"a":"\\{lead_id}"}', Position.JSON) == [("error", "{lead_id}", None)]


def test_unknown_fields_are_warnings_when_the_fields_are_known():
    text = U + "{field:policy_nr}&a={field:due}&b={lead:zip}&c={lead:email}"
    assert found(text) == []
    known = {
        "known_fields": frozenset({"policy_no", "due"}),
        "known_lead_fields": frozenset({"state"}),
    }
    assert found(text, **known) == [
        ("warning", "{field:policy_nr}", "{field:policy_no}"),
        ("warning", "{lead:zip}", None),
    ]


def test_translation_of_a_whole_vendor_url_leaves_nothing_to_say():
    url = "https://p.example/pb?cid=#reqid#&sum={{payout}}&st=%7Bstatus%7D&g=${goal}&s=[tag:User:SubId]&x={lead_id"
    ours = translate(url, Position.URL)
    assert ours == (
        "https://p.example/pb?cid={transaction_id}&sum={amount}&st={status}&g={event_name}"
        "&s={sub1}&x={lead_id}"
    )
    assert lint(ours, Position.URL) == ()


def test_every_suggested_name_exists():
    for ours in _FOREIGN_BY_OURS:
        assert lint(f"{{{ours}}}", Position.TEXT) == ()


@pytest.mark.parametrize("doc", VOCABULARY, ids=lambda doc: doc.name)
def test_every_macro_of_the_picker_is_accepted_where_it_says(doc):
    macro = "{" + doc.name.replace("<name>", "policy") + "}"
    for position in Position:
        text = f"https://p.example/?{macro}" if position is Position.URL else macro
        assert (lint(text, position) == ()) is (position in doc.positions)
    assert doc.meaning
    assert doc.example


def test_the_picker_has_all_groups():
    assert {doc.group for doc in VOCABULARY} == set(MacroGroup)


SOUP = st.text(
    alphabet="{}|:\"',\\#[]%$<>=&?/. abtmounleadid_7BD2\n\x00\ud800", max_size=60
) | st.lists(
    st.sampled_from(
        [
            *("{", "}", "{{", "}}", "lead_id", "email", "|", "lower", "fixed", ":", '"', "%7B"),
            *("%7D", "#", "[tag:", "]", "$", "<<", ">>", "%%", "https://", "h/", "?", "=", " "),
            *("{secret:x}", ",", 'date:"%Y"', "tz", "map", "_", "status:a=1", "payout", "\\"),
        ]
    ),
    max_size=14,
).map("".join)


@given(SOUP, st.sampled_from(Position))
def test_lint_takes_anything_and_points_into_the_text(text, position):
    for problem in lint(text, position):
        assert 0 <= problem.start < problem.end <= len(text)
        assert isinstance(problem.severity, Severity)
        assert problem.message
    translate(text, position)
    render(parse(text, position), {"lead_id": "1", "email": "a"})
