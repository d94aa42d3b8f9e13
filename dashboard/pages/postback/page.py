"""The postback editor below an event, a campaign or an affiliate, for a new and a stored one."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import reflex as rx

from dashboard import routes
from dashboard.components.status_badge import tag
from dashboard.components.values import when_text
from dashboard.layout import framed
from dashboard.pages.postback.signing_state import SigningState
from dashboard.pages.postback.standing_state import StandingState
from dashboard.pages.postback.standing_views import pause_button, standing
from dashboard.pages.postback.trial_state import TrialState
from dashboard.pages.postback.views import editor
from dashboard.pause_dialogs import pause_dialogs
from dashboard.session import viewer
from dashboard.theme import page_title
from models.words import PostbackLevel


@dataclass(frozen=True, slots=True)
class _Place:
    """The two addresses of one level, and the entry of the side bar that they belong to."""

    level: PostbackLevel
    new: str
    stored: str
    section: str
    meaning: str
    beside_title: str = ""
    """What tells the titles of browser tabs apart."""


_PLACES: Final = (
    _Place(
        PostbackLevel.EVENT,
        routes.POSTBACK_NEW,
        routes.POSTBACK,
        routes.EVENT_MANAGEMENT,
        "Called when the event fires, with the lead's values in place of the macros.",
    ),
    _Place(
        PostbackLevel.CAMPAIGN,
        routes.CAMPAIGN_POSTBACK_NEW,
        routes.CAMPAIGN_POSTBACK,
        routes.CAMPAIGNS,
        "Called for every event of the campaign's leads.",
        beside_title=" (campaign)",
    ),
    _Place(
        PostbackLevel.AFFILIATE,
        routes.AFFILIATE_POSTBACK_NEW,
        routes.AFFILIATE_POSTBACK,
        routes.AFFILIATES,
        "Called for every Affiliate Conversion Event of the leads that the affiliate brought.",
        beside_title=" (affiliate)",
    ),
)


def register(app: rx.App) -> None:
    """Add the pages of every level to the application."""
    for place in _PLACES:
        for route, title in ((place.new, "Add Postback URL"), (place.stored, "Postback")):
            app.add_page(
                partial(_page, title, place),
                route=route,
                title=page_title(title + place.beside_title),
                on_load=[TrialState.follow, SigningState.follow, StandingState.follow],
            )


def _page(title: str, place: _Place) -> rx.Component:
    return framed(
        title,
        standing(),
        editor(place.level, all_of=place.section),
        pause_dialogs(),
        section=place.section,
        viewer=viewer(),
        back=(TrialState.owner_in_words, TrialState.owner_path),
        beside_title=when_text(
            TrialState.owner_in_words,
            tag("Level: " + TrialState.owner_in_words, tone="accent", title=place.meaning),
        ),
        subtitle=place.meaning,
        actions=(pause_button(),),
    )
