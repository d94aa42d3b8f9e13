import hashlib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.macros import FILTERS, Position, lint, parse, render

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678_900, tzinfo=UTC)


def rendered(text, value, *, name="x"):
    return render(parse(text, Position.TEXT), {name: value}).text


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("{x}", "49.90", "49.90"),
        ("{x}", Decimal("49.90"), "49.90"),
        ("{x}", Decimal("1E+2"), "100"),
        ("{x}", 7, "7"),
        ("{x}", None, ""),
        ("{x|fixed:2}", "49.9", "49.90"),
        ("{x|fixed:2}", "2.675", "2.68"),
        ("{x|fixed:2}", "-2.675", "-2.68"),
        ("{x|fixed:0}", "0.5", "1"),
        ("{x|fixed:2}", "-0.001", "0.00"),
        ("{x|fixed:2}", 0, "0.00"),
        ("{x|fixed:2}", "123456789012345678901234567890.125", "123456789012345678901234567890.13"),
        ("{x|fixed:2}", "abc", "abc"),
        ("{x|fixed:2}", "NaN", "NaN"),
        ("{x|fixed:2}", "1e9999", "1e9999"),
        ("{x|fixed:2}", "1_0", "1_0"),
        ("{x|fixed:2}", "", ""),
        ("{x|cents}", "49.90", "4990"),
        ("{x|lower}", "ÄB", "äb"),
        ("{x|upper}", "äb", "ÄB"),
        ("{x|trim}", "  a b ", "a b"),
        ("{x|digits}", "+1 (202) 555-0143", "12025550143"),
        ("{x|sha256}", "ü", hashlib.sha256("ü".encode()).hexdigest()),
        ("{x|md5}", "ü", hashlib.md5("ü".encode()).hexdigest()),
        ("{x|sha256}", "", ""),
        ('{x|default:"no ne"}', "", "no ne"),
        ('{x|default:"no ne"}', "a", "a"),
        ('{x|default:"A"|lower}', None, "a"),
        ('{x|trim|default:"empty"}', "  ", "empty"),
        ('{x|default:"0"|fixed:2}', None, "0.00"),
        ('{x|map:"approved=1, rejected=3"}', "rejected", "3"),
        ('{x|map:"approved=1,rejected=3"}', "pending", "pending"),
        ('{x|map:"a="}', "a", ""),
        ('{x|map:"a=b=c"}', "a", "b=c"),
        ("{x}", MOMENT, "2026-01-02T03:04:05.678Z"),
        ("{x}", MOMENT.replace(microsecond=999), "2026-01-02T03:04:05Z"),
        ("{x}", MOMENT.replace(microsecond=0, tzinfo=None), "2026-01-02T03:04:05Z"),
        (
            "{x}",
            datetime(2026, 1, 2, 1, tzinfo=timezone(timedelta(hours=2))),
            "2026-01-01T23:00:00Z",
        ),
        ("{x|unix}", MOMENT, "1767323045"),
        ("{x|unix_ms}", MOMENT, "1767323045678"),
        ("{x|unix}", "2026-01-02T04:04:05+01:00", "1767323045"),
        ("{x|unix}", "2026-01-02T03:04:05Z", "1767323045"),
        ("{x|unix}", "1767323045", "1767323045"),
        ("{x|unix}", "never", "never"),
        ('{x|date:"%d.%m.%Y %H:%M"}', MOMENT, "02.01.2026 03:04"),
        ('{x|date:"%Y-%m-%d",tz:"America/New_York"}', MOMENT, "2026-01-01"),
        ('{x|date:"%Y-%m-%d",tz:"America/New_York"}', "2026-01-02", "2026-01-02"),
        ('{x|date:"%H Uhr ü 100%%"}', MOMENT, "03 Uhr ü 100%"),
        ('{x|date:"%Y"}', "soon", "soon"),
        (
            '{x|date:"%Y",tz:"Pacific/Kiritimati"}',
            datetime.max.replace(tzinfo=UTC),
            "9999-12-31T23:59:59.999Z",
        ),
    ],
)
def test_a_value_is_filtered(template, value, text):
    assert rendered(template, value) == text


@pytest.mark.parametrize(
    "call",
    [
        "fixed",
        "fixed:x",
        "fixed:-1",
        "fixed:13",
        "nope",
        "lower:1",
        "default",
        "date",
        'date:"%Q"',
        'date:"50%"',
        'date:""',
        'date:"%Y",tz:"Mars/Base"',
        'date:"%Y",tz:"../../etc/passwd"',
        'date:"%Y",tz:""',
        'date:"%Y",zone:"UTC"',
        'fixed:2,tz:"UTC"',
        'map:"a"',
        'map:"=1"',
        'map:"a=1,a=2"',
        "map",
        "required:1",
        "raw:1",
    ],
)
def test_a_bad_filter_is_an_error_and_changes_nothing(call):
    template = f"https://a.de/?x={{sub1|{call}}}"
    problems = lint(template, Position.URL)
    assert [problem.severity for problem in problems] == ["error"]
    assert template[problems[0].start : problems[0].end] == call
    assert render(parse(template, Position.URL), {"sub1": "v"}).text == "https://a.de/?x=v"


def test_required_is_missing_only_when_it_comes_out_empty():
    template = parse('{a|required}{b|required|default:"x"}{c|trim|required}{d}', Position.TEXT)
    assert render(template, {"a": "1", "c": " "}).missing == ("{c|trim|required}",)
    assert render(template, {"c": "0"}).missing == ("{a|required}",)


SAMPLE = {
    "external_click_id": {"default": "", "required": "clk-7f3a"},
    "amount": "49.90",
    "conversion_status": "approved",
    "email": " Ann@example.com",
    "currency": "usd",
    "sub1": {"trim": " news ", "raw": "a=1&b=2"},
    "phone": "+1 202 555 0143",
    "occurred_at": MOMENT,
}


@pytest.mark.parametrize("doc", FILTERS, ids=lambda doc: doc.name)
def test_the_help_shows_what_the_filter_does(doc):
    position, prefix = (
        (Position.URL, "https://a.de/?") if doc.name == "raw" else (Position.TEXT, "")
    )
    values = {
        k: v[doc.name] if isinstance(v, dict) and doc.name in v else v for k, v in SAMPLE.items()
    }
    if doc.name == "lower":
        values["email"] = "Ann@Example.com"
    assert lint(prefix + doc.example, position) == ()
    assert render(parse(prefix + doc.example, position), values).text == prefix + doc.result
    assert doc.usage.startswith(doc.name)


ANY_VALUE = st.one_of(
    st.none(),
    st.text(st.characters(), max_size=20),
    st.integers(-(10**30), 10**30),
    st.decimals(),
    st.datetimes(),
    st.datetimes(timezones=st.timezones()),
    st.dates(date.min).map(str),
)
ANY_CALL = st.sampled_from(
    [
        *("fixed:2", "fixed:12", "cents", "lower", "upper", "trim", "digits", "sha256", "md5"),
        *("unix", "unix_ms", 'date:"%Y-%m-%d %H:%M:%S %z",tz:"Asia/Kolkata"', 'date:"%y%j"'),
        *('default:"\ud800"', 'map:"a=\ud800,b=2"', "required", "raw"),
    ]
)


@given(ANY_VALUE, st.lists(ANY_CALL, max_size=4), st.sampled_from(Position))
def test_no_value_breaks_a_filter(value, calls, position):
    text = "https://a.de/" + "".join(f"{{x|{call}}}" for call in calls) + "{x}"
    result = render(parse(text, position), {"x": value}).text
    assert "\x00" not in result
    result.encode()
