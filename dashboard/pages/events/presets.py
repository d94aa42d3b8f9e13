"""The events that most lead-generation teams begin with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """One event to create by a click."""

    name: str
    description: str
    is_conversion: bool = False
    is_affiliate_conversion: bool = False
    multi_trigger: bool = False

    def as_input(self) -> dict[str, object]:
        """Return what `event_types.create` takes."""
        return {
            "name": self.name,
            "description": self.description,
            "is_conversion": self.is_conversion,
            "is_affiliate_conversion": self.is_affiliate_conversion,
            "multi_trigger": self.multi_trigger,
        }


PRESETS: tuple[Preset, ...] = (
    Preset("sale", "The lead bought.", is_conversion=True, is_affiliate_conversion=True),
    Preset("qualified", "The lead meets the buyer's criteria."),
    Preset("callback", "The lead asked to be called back.", multi_trigger=True),
    Preset("signup", "The lead opened an account.", is_conversion=True),
    Preset("rejected", "The lead was turned down."),
)
