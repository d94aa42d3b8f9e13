"""People's contacts for eyes that need not see them: masked, on their own and within texts.

Names stay, since people are told apart by them; e-mail addresses and phone numbers are masked.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from services.actor import Actor, Right

DOTS: Final = "••••"
"""Stands in every mask, and in nothing that anybody hands in."""

_SHORTEST_CERTAIN: Final = 7
_TAIL: Final = 9
_HASHES: Final = ("md5", "sha256")  # those that a macro can make

# Every pattern is bounded: a text may be large, and anybody may have written it.
_AT: Final = re.compile(r"@|%(?:25){0,3}40|\\u0040", re.IGNORECASE)
_LOCAL: Final = re.compile(r"[\w.+%-]")
_LONGEST_LOCAL: Final = 64
_DOMAIN: Final = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_ESCAPE: Final = re.compile(r".*%(?:25){0,3}(?!25|2B)[0-9A-F]{2}", re.IGNORECASE)
_GAP: Final = r"(?:[\s()+./#x-]|%(?:25){0,3}(?:2[0389BDEF])|\\/){0,4}"
# A number that says that it is one: a plus before it, or groups as people write them.
_PLUS: Final = re.compile(rf"(?:\+|%(?:25){{0,3}}2B)(?:[0-9]{_GAP}){{7,14}}[0-9]", re.IGNORECASE)
_GROUPS: Final = re.compile(r"(?<![\w.-])\(?[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}(?![\w-])")
# The value of a parameter or member that is called like one.
_NAMED: Final = re.compile(
    r"""((?:phone|mobile|msisdn|(?<![a-z])tel)[\w-]{0,30}(?:["']?\s{0,4}:\s{0,4}["']?|=))"""
    r"""((?:[0-9+()./ -]|%[0-9A-F]{2}){4,40})""",
    re.IGNORECASE,
)
# Any run of digits as long as a number: where nobody knows whose call it was.
_RUN: Final = re.compile(r"(?<![0-9A-Za-z_.-])[0-9]{10,15}(?![0-9A-Za-z_.-])")


def mask_email(email: str) -> str:
    """Return an address of which the first letters and the last label are left."""
    local, at, domain = email.rpartition("@")
    if not at:
        return DOTS
    return f"{local[:1]}{DOTS}@{domain[:1]}{DOTS}{_last_label(domain)}"


def mask_phone(phone: str) -> str:
    """Return a number of which the last two digits are left."""
    digits = _digits(phone)
    return DOTS + digits[-2:] if len(digits) > 4 else DOTS


def has_mask(text: str) -> bool:
    """Tell whether a text was masked here: what people hand in holds no such thing."""
    return DOTS in text


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of one person."""

    email: str | None = None
    phone: str | None = None


NOBODY: Final = Contact()


@dataclass(frozen=True, slots=True)
class Mask:
    """What stands between contacts and one pair of eyes; not `is_on`, all passes as it is."""

    is_on: bool

    def email(self, email: str | None) -> str | None:
        """Return an address as these eyes may see it."""
        return mask_email(email) if email and self.is_on else email

    def phone(self, phone: str | None) -> str | None:
        """Return a number as these eyes may see it."""
        return mask_phone(phone) if phone and self.is_on else phone

    def text(self, text: str, contact: Contact = NOBODY) -> str:
        """Return a text without the contact of a known person, and without other addresses.

        The contact is found as it is and encoded: in a URL, a form, JSON, in small letters, as
        digits alone, hashed. Numbers of others are found by a plus, their groups or their field's
        name.
        """
        if not self.is_on or not text:
            return text
        for pattern, mask in _patterns(contact):
            text = pattern.sub(mask, text)
        return _by_look(text)

    def unknown(self, text: str) -> str:
        """Return a text of which nobody knows whose it is: long numbers are masked as well."""
        if not self.is_on or not text:
            return text
        return _RUN.sub(lambda found: mask_phone(found[0]), _by_look(text))

    def pairs(
        self, pairs: Iterable[tuple[str, str]], contact: Contact = NOBODY
    ) -> tuple[tuple[str, str], ...]:
        """Return names with their values, as headers and fields are, each value as by `text`."""
        if not self.is_on:
            return tuple(pairs)
        return tuple((name, self._value(name, value, contact)) for name, value in pairs)

    def _value(self, name: str, value: str, contact: Contact) -> str:
        # A field that is called like one says so for its value.
        if value and _NAMED.search(f"{name}={value}"[:200]):
            return mask_phone(value)
        return self.text(value, contact)


OPEN: Final = Mask(is_on=False)
_ON: Final = Mask(is_on=True)


def mask_for(actor: Actor) -> Mask:
    """Return what stands between contacts and this person or program."""
    return OPEN if Right.SEE_CONTACTS in actor.rights else _ON


def _by_look(text: str) -> str:
    text = _NAMED.sub(lambda found: found[1] + _masked_number(found[2]), text)
    text = _PLUS.sub(lambda found: mask_phone(_decoded(found[0])), text)
    text = _GROUPS.sub(lambda found: mask_phone(found[0]), text)
    return _without_addresses(text)


def _masked_number(text: str) -> str:
    digits = _digits(_decoded(text))
    # Three digits are no number, and a mask is none any more.
    return mask_phone(digits) if len(digits) >= 4 else text


def _without_addresses(text: str) -> str:
    parts: list[str] = []
    done = 0
    for at in _AT.finditer(text):
        domain = _DOMAIN.match(text, at.end())
        if domain is None or at.start() < done:
            continue
        begin = _begin_of_local(text, at.start(), done)
        if begin == at.start():
            continue
        masked = f"{text[begin]}{DOTS}@{domain[0][:1]}{DOTS}{_last_label(domain[0])}"
        parts += (text[done:begin], masked)
        done = domain.end()
    return "".join((*parts, text[done:]))


def _begin_of_local(text: str, end: int, done: int) -> int:
    """Return where the part of an address before its at sign begins; an escape ends it."""
    begin = end
    while begin > max(done, end - _LONGEST_LOCAL) and _LOCAL.match(text[begin - 1]):
        begin -= 1
    escape = _ESCAPE.match(text, begin, end)
    return escape.end() if escape else begin


def _last_label(domain: str) -> str:
    _, dot, label = domain.rpartition(".")
    return dot + label


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter in "0123456789")


def _decoded(text: str) -> str:
    return re.sub(r"%(?:25){0,3}[0-9A-F]{2}", " ", text, flags=re.IGNORECASE)


@lru_cache(maxsize=1024)
def _patterns(contact: Contact) -> tuple[tuple[re.Pattern[str], str], ...]:
    found: list[tuple[str, str]] = []
    if contact.email:
        mask = mask_email(contact.email)
        found.append((_spelt(contact.email), mask))
        found += [(each, mask) for each in _hashes(contact.email, contact.email.lower())]
    if contact.phone:
        digits, mask = _digits(contact.phone), mask_phone(contact.phone)
        found.append((_dialled(digits), mask))
        found += [(each, mask) for each in _hashes(contact.phone, digits, f"+{digits}")]
    return tuple((re.compile(pattern, re.IGNORECASE), mask) for pattern, mask in found)


def _hashes(*values: str) -> list[str]:
    # What anybody could find again by trying all numbers is no secret.
    return [
        hashlib.new(name, value.encode(), usedforsecurity=False).hexdigest()
        for name in _HASHES
        for value in dict.fromkeys(values)
    ]


def _spelt(value: str) -> str:
    return "".join(_letter(letter) for letter in value)


def _letter(letter: str) -> str:
    raw = letter.encode()
    percent = "".join(f"%(?:25){{0,3}}{byte:02X}" for byte in raw)
    ways = [re.escape(letter), percent]
    if letter == " ":
        ways.append(r"\+")
    # Halves of a pair each, as JSON spells what lies beyond the first plane.
    halves = letter.encode("utf-16-be")
    ways.append(
        "".join(rf"\\u{halves[at]:02x}{halves[at + 1]:02x}" for at in range(0, len(halves), 2))
    )
    return f"(?:{'|'.join(ways)})"


def _dialled(digits: str) -> str:
    """Match a number with or without gaps, and without its country code if it is long."""
    if len(digits) < _SHORTEST_CERTAIN:
        return rf"(?<![0-9A-Za-z]){_GAP.join(digits)}(?![0-9A-Za-z])"
    head, tail = digits[:-_TAIL], digits[-_TAIL:]
    start = rf"(?:{_plus()}{_GAP.join(head)}{_GAP})?" if head else rf"{_plus()}"
    return start + _GAP.join(tail)


def _plus() -> str:
    return r"(?:\+|%(?:25){0,3}2B)?"
