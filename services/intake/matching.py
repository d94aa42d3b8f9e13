"""Which postbacks an event fires: pure."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from models.words import PostbackLevel


class Matchable(Protocol):
    """What matching needs of a postback."""

    @property
    def level(self) -> PostbackLevel:
        """Whose postback it is."""

    @property
    def campaign_id(self) -> str | None:
        """The only campaign that it fires for, or `None` for all."""

    @property
    def enabled(self) -> bool:
        """Whether it fires at all."""


P = TypeVar("P", bound=Matchable)

_NARROWEST_FIRST = (PostbackLevel.AFFILIATE, PostbackLevel.CAMPAIGN, PostbackLevel.EVENT)


def matching_postbacks(postbacks: Iterable[P], *, campaign_id: str) -> Sequence[P]:
    """Return the postbacks that fire, the narrowest level first.

    All that match fire; which of two equal requests is sent follows from this order.
    """
    found = [
        postback
        for postback in postbacks
        if postback.enabled and postback.campaign_id in {None, campaign_id}
    ]
    return sorted(found, key=lambda postback: _NARROWEST_FIRST.index(postback.level))
