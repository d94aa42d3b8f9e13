"""`/reports`: figures that equal what the log shows under the same filter."""

from importlib.resources import files
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Response

from dashboard.api.answer import answer
from dashboard.api.does import does
from dashboard.api.request import Caller, MomentText, fits, moment, one_of, words
from dashboard.api.routing import resource
from dashboard.api.shapes.logs import Report
from models.words import ConversionStatus
from services.actor import Right
from services.reporting import conversions
from services.reporting.conversions import Amounts, By, Figures, ReportFilter, ReportRow
from services.reporting.definitions import DEFINITIONS

router = resource("Reports")

# The names of IANA's database. The server's own list has more, which mean something else on
# another server, such as `localtime`.
_ZONES: Final = frozenset((files("tzdata") / "zones").read_text(encoding="ascii").split())


def read_zone(name: str) -> ZoneInfo:
    """Return a zone of IANA's database; raise ValueError with a sentence for another name."""
    if name not in _ZONES:
        raise ValueError("Give the name of a time zone, such as America/New_York.")
    return ZoneInfo(name)


def report_filter(
    *,
    by: By = "day",
    from_: Annotated[
        MomentText, Query(alias="from", description="inclusive, with offset; 30 days before `to`")
    ] = "",
    to: Annotated[MomentText, Query(description="exclusive, with offset; the end of today")] = "",
    campaign: str = "",
    event: str = "",
    affiliate: Annotated[str, Query(description="a key, or - for none")] = "",
    conversion_status: Annotated[
        list[str],
        one_of(ConversionStatus),
        Query(description="separated by commas, or repeated"),
    ] = [],  # noqa: B006 - FastAPI copies it
    time: Literal["received", "occurred"] = "received",
    tz: Annotated[str, fits(read_zone), Query(description="the zone that decides the day")] = "UTC",
) -> ReportFilter:
    """Return what is to be reported."""
    return ReportFilter(
        by=by,
        since=moment(from_),
        until=moment(to),
        zone=read_zone(tz),
        time=time,
        campaign=campaign,
        event=event,
        affiliate=affiliate,
        conversion_status=words(conversion_status),
    )


@router.get("/reports/conversions")
@does(Right.READ, Report)
async def report_conversions(
    actor: Caller, wanted: Annotated[ReportFilter, Depends(report_filter)]
) -> Response:
    """Return conversions, rate and amounts by day, campaign, event or affiliate."""
    found = await conversions.report(actor, wanted)
    return answer(
        {
            "by": found.by,
            "from": found.since.astimezone(wanted.zone),
            "to": found.until.astimezone(wanted.zone),
            "time": wanted.time,
            "tz": wanted.zone.key,
            "items": [_row_json(row, wanted.zone) for row in found.rows],
            "total": _figures_json(found.total),
            "previous": {
                "from": found.previous_since.astimezone(wanted.zone),
                "to": found.previous_until.astimezone(wanted.zone),
                **_figures_json(found.previous),
            },
            "definitions": dict(DEFINITIONS),
        }
    )


def _row_json(row: ReportRow, zone: ZoneInfo) -> dict[str, object]:
    return {
        "key": row.key or None,
        "name": row.name,
        "from": row.since.astimezone(zone),
        "to": row.until.astimezone(zone),
        **_figures_json(row.figures),
    }


def _figures_json(figures: Figures) -> dict[str, object]:
    return {
        "leads": figures.leads,
        "conversions": figures.conversions,
        "rate": figures.rate,
        "approved": figures.approved,
        "open": figures.open,
        "rejected": figures.rejected,
        "amounts": _amounts_json(figures.amounts),
        "approved_amounts": _amounts_json(figures.approved_amounts),
    }


def _amounts_json(amounts: Amounts) -> list[dict[str, str | None]]:
    return [{"currency": currency or None, "amount": amount} for currency, amount in amounts]
