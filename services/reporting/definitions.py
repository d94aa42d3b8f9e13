"""What every figure means: one published definition each, and the condition behind it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func
from sqlmodel import col

from models import Event
from models.words import ConversionStatus

# Shown beside the figures on screen and in the API's answer; the keys are fields of `Figures`.
DEFINITIONS: Mapping[str, str] = MappingProxyType(
    {
        "leads": (
            "Leads captured in the period. By event, every row counts all of them, since any lead "
            "could have fired any event."
        ),
        "conversions": (
            "Events that were a Conversion Event when they fired. Tests are left out, and a later "
            "switch of the event changes nothing."
        ),
        "rate": "Conversions ÷ leads, in percent. Empty where no lead was captured.",
        "approved": "Conversions whose conversion status is approved now.",
        "open": "Conversions whose conversion status is pending or on hold now.",
        "rejected": "Conversions whose conversion status is rejected or reversed now.",
        "amounts": "The sum of the amounts of all conversions, one sum per currency.",
        "approved_amounts": "The sum of the amounts of the approved conversions, per currency.",
        "previous": (
            "The same figures for the period before: as many days, or as much time where the "
            "period is not of whole days."
        ),
    }
)

# Which conversion statuses a figure counts; one that is missing here counts them all.
STATUSES: Mapping[str, tuple[ConversionStatus, ...]] = MappingProxyType(
    {
        "approved": (ConversionStatus.APPROVED,),
        "open": (ConversionStatus.PENDING, ConversionStatus.ON_HOLD),
        "rejected": (ConversionStatus.REJECTED, ConversionStatus.REVERSED),
    }
)

COUNTS: Final[ColumnElement[bool]] = col(Event.is_test).is_(False)
"""An event that counts in figures: no test."""

IS_CONVERSION: Final[ColumnElement[bool]] = and_(col(Event.is_conversion), COUNTS)
"""An event that counts as a conversion, by the flag frozen on it when it fired."""

CONVERSIONS: Final[ColumnElement[int]] = func.coalesce(
    func.sum(case((IS_CONVERSION, 1), else_=0)), 0
)
"""How many of the events of a group are conversions."""
