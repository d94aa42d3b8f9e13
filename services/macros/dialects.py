"""Other vendors' ways of writing macros, and what they are called here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from services.macros.vocabulary import ALIASES, NAMESPACES, PLAIN_NAMES

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"

# Ours, and what other systems call it. Ours may carry the filter that gives the usual form.
_FOREIGN_BY_OURS = {
    "transaction_id": "clickid click_id cid reqid tid txid transactionid trans_id transid s2s "
    "s2s_id cnv_id cpid visit_id visitid",
    "lead_id": "leadid lid",
    "external_click_id": "external_id externalid external_clickid externalclickid aff_click_id "
    "affclickid external_transaction_id gclid fbclid ttclid msclkid ref_id partner_click_id",
    "sub1": "subid sub_id aff_sub affsub sub source_id subsource",
    "email": "mail email_address emailaddress e_mail",
    "email|trim|lower|sha256": "email_sha256 sha256_email hashed_email email_hash",
    "email|trim|lower|md5": "email_md5 md5_email",
    "phone": "tel telephone phone_number phonenumber mobile mobile_number",
    "first_name": "firstname fname given_name",
    "last_name": "lastname lname surname family_name",
    "event_id": "conversion_id conversionid conv_id event_uid eventid",
    "event_name": "goal goal_id goal_name goal_value event eventname et type event_type "
    "conversion_type cnv_status2 actiontrackername",
    "amount": "payout revenue sum price sale_amount saleamount order_sum order_total value "
    "payout_amount total cnv_payout",
    "currency": "order_currency cnv_currency currency_code payout_currency",
    "order_id": "orderid order txn_id action_id actionid conversionref unique_id adv_unique1 "
    "rdtk_event_id",
    "conversion_status": "conv_status cnv_status conversionstatus statusdetail state lead_status",
    "occurred_at": "conversion_time conversiontime event_time datetime",
    "occurred_at|unix": "timestamp unixtime unix_time unix_timestamp conversion_timestamp",
    'occurred_at|date:"%Y-%m-%d"': "date conversion_date date_only",
    'occurred_at|date:"%H:%M:%S"': "time",
    "received_at": "server_time postback_time",
    "campaign_id": "offer_id offerid campaignid camp_id campaign offer",
    "campaign_name": "offer_name offername campaignname",
    "affiliate_id": "aff_id affid affiliateid pid pub_id pubid publisher_id publisherid "
    "partner_id partnerid affiliate",
    "affiliate_name": "aff_name affname affiliatename publisher_name partner_name",
    "delivery_id": "rand random cachebuster cache_buster uuid",
    "is_test": "test test_mode",
    "sig": "signature hmac hmac_sha256",
}
_FOREIGN = {foreign: ours for ours, names in _FOREIGN_BY_OURS.items() for foreign in names.split()}
# Ordinary words: in `[test]` or `#time#` they are macros only where they are the whole value.
_WORDS = frozenset(
    {
        *("affiliate", "amount", "campaign", "currency", "date", "email", "event", "goal", "mail"),
        *("mobile", "offer", "order", "phone", "price", "random", "state", "status", "sub", "sum"),
        *("tel", "test", "time", "total", "type", "value"),
    }
)
_NUMBERED_SUB = re.compile(r"(?:aff_?sub|sub_?id_?|sub_|s|sub)_?0?([1-9]|10)")
_KEITARO_MAP = re.compile(rf"\{{({_NAME}):(\w+=\w*(?:[ ,]+\w+=\w*)*)\}}")
_MUSTACHE_BODY = rf"\s*({_NAME})((?::[\w.\-]+)?(?:\|[^{{}}]*)?)\s*"
_WRAPPED = re.compile(
    rf"\{{\{{\{{{_MUSTACHE_BODY}\}}\}}\}}|\{{\{{{_MUSTACHE_BODY}\}}\}}|\$\{{{_MUSTACHE_BODY}\}}"
)
_ENCODED = re.compile(rf"(?:%7B){{1,2}}({_NAME})(?:%7D){{1,2}}", re.IGNORECASE)
_TAGGED = re.compile(r"\[(?:tag|call):(?:[^\[\]:]*:)?([^\[\]:]*)\]", re.IGNORECASE)
_MARKED = re.compile(
    rf"\#({_NAME})\#|(?<![\w\]])\[({_NAME})\]|<<\s*({_NAME})\s*>>|%%({_NAME})%%"
    rf"|(?<!\{{)\{{[ ]+({_NAME})[ ]*\}}(?!\}})"
)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A macro in another vendor's writing, and ours for it when there is one."""

    text: str
    start: int
    end: int
    ours: str | None


def our_name(name: str) -> str | None:
    """Return what a name of another system is called here, perhaps with a filter, or None.

    Names of ours, in any case, are given back in lower case.
    """
    lower = name.lower()
    if lower in PLAIN_NAMES or lower in ALIASES:
        return lower
    if lower in _FOREIGN:
        return _FOREIGN[lower]
    if numbered := _NUMBERED_SUB.fullmatch(lower):
        return f"sub{numbered[1]}"
    return None


def nearest_name(name: str) -> str | None:
    """Return the macro that was probably meant: a known foreign name, else a near spelling."""
    if exact := our_name(name):
        return exact
    known = [*PLAIN_NAMES, *ALIASES, *(foreign for foreign in _FOREIGN if len(foreign) > 3)]
    near = get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.75)
    return our_name(near[0]) if near else None


def keitaro_map(expression: str) -> str | None:
    """Return ours for ``{status:lead=0 sale=1}``, or None."""
    match = _KEITARO_MAP.fullmatch(expression)
    ours = our_name(match[1]) if match else None
    if match is None or ours is None:
        return None
    pairs = ",".join(re.split(r"[ ,]+", match[2]))
    return f'{{{ours.partition("|")[0]}|map:"{pairs}"}}'


def find_foreign(text: str) -> Iterator[Foreign]:
    """Find macros in other vendors' writing: ``#x#``, ``[tag:a:x]``, ``{{x}}``, ``${x}`` ..."""
    for match in _WRAPPED.finditer(text):
        name, rest = (group for group in match.groups() if group is not None)
        yield _foreign(match, _with_rest(name, rest))
    for match in _TAGGED.finditer(text):
        yield _foreign(match, our_name(re.sub(r"\W+", "_", match[1])))
    for match in _ENCODED.finditer(text):
        if ours := our_name(match[1]):
            yield _foreign(match, ours)
    for match in _MARKED.finditer(text):
        name = next(group for group in match.groups() if group is not None)
        ours = our_name(name)
        certain = match[0].startswith("{") or name.lower() not in _WORDS
        if ours and (certain or _is_whole_value(match)):
            yield _foreign(match, ours)


def _is_whole_value(match: re.Match[str]) -> bool:
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    return before in set('=/":>') and (not after or after in set('&/"#<'))


def _with_rest(name: str, rest: str) -> str | None:
    if rest.startswith(":"):
        return f"{name}{rest}" if name.lower() in NAMESPACES else None
    ours = our_name(name)
    if ours is None:
        return None
    return f"{ours.partition('|')[0]}{rest.rstrip()}" if rest else ours


def _foreign(match: re.Match[str], ours: str | None) -> Foreign:
    return Foreign(
        text=match[0],
        start=match.start(),
        end=match.end(),
        ours=None if ours is None else f"{{{ours}}}",
    )
