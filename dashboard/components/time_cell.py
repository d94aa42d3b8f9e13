"""Times on screen: in the viewer's zone, the exact moment always in the title."""

from datetime import datetime

import reflex as rx

from dashboard.components.elements import Time
from dashboard.components.values import Text


def time_cell(
    value: str | datetime | rx.Var, *, zone: Text = "", kind: str = "relative", empty: str = "–"
) -> rx.Component:
    """Show an aware time (ISO text, `datetime` or a Var of either) and keep it up to date.

    `zone` is an IANA name, empty for the browser's own. `kind`: `relative` ("3 min ago", a date
    after a day), `exact` (date and seconds), `clock` (seconds of the day), `until` ("in 8 min", and
    "now" once it has come). The title holds the weekday, milliseconds and the zone's name. `None`
    shows `empty`.
    """
    moment = value.isoformat() if isinstance(value, datetime) else value
    return Time.create(value=moment, zone=zone, kind=kind, empty=empty)
