"""How the postback is delivered: its retries, what counts as a success, and at most once."""

from collections.abc import Mapping
from typing import Any, Final

import reflex as rx

from dashboard.pages.postback.schedule import (
    parse_waits,
    refusal_in_words,
    schedule_in_words,
    waits_text,
)
from dashboard.session import guarded
from models.words import RetryPreset, SuccessRuleKind
from services.actor import Right
from services.catalog.delivery_input import retry_as_given, success_as_given
from services.catalog.postbacks import PostbackRow
from services.retry_schedule import PRESETS, STANDARD

EVERY_2XX: Final = ""
NO_TEXT: Final = "Say what the answer must hold, or let every 2xx count."
NO_PATH: Final = "Give the path of the value in the answer, such as status or result.code."
# A schedule to begin with: what somebody wants otherwise is seldom the whole of it.
_FIRST_OWN: Final = "0, 30s, 5m, 1h"
_PRESET_NAMES: Final = {
    RetryPreset.STANDARD: "Standard",
    RetryPreset.FAST: "Fast",
    RetryPreset.NONE: "None",
}


class PostbackDelivery(rx.State, mixin=True):
    """The part of the form that says how a call is delivered.

    The form that takes it in has `_touch(field)`, which marks it as changed.
    """

    retry: str = RetryPreset.STANDARD.value
    waits: str = ""
    """The schedule as it was typed; it counts with the preset `custom`."""
    schedule: str = schedule_in_words(STANDARD)
    refusal_schedule: str = refusal_in_words(STANDARD)
    rule: str = EVERY_2XX
    rule_text: str = ""
    rule_path: str = ""
    at_most_once: bool = False

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_retry(self, preset: str) -> None:
        """Take the preset, or a schedule of one's own."""
        known = {each.value for each in RetryPreset}
        self.retry = preset if preset in known else RetryPreset.STANDARD.value
        if self.retry == RetryPreset.CUSTOM and not self.waits:
            self.waits = _FIRST_OWN
        self._say_schedule()
        self._touch("retry")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_waits(self, text: str) -> None:
        """Take the waits of the own schedule as they are typed."""
        self.waits = str(text)
        self._say_schedule()
        self._touch("retry")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_rule(self, kind: str) -> None:
        """Take what the text of a 2xx is asked for; nothing lets every 2xx count."""
        known = {each.value for each in SuccessRuleKind}
        self.rule = kind if kind in known else EVERY_2XX
        self._touch("success")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_rule_text(self, text: str) -> None:
        """Take the text, the regular expression, or the value in the JSON."""
        self.rule_text = str(text)
        self._touch("success")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_rule_path(self, path: str) -> None:
        """Take where the value stands in the JSON."""
        self.rule_path = str(path)
        self._touch("success")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_at_most_once(self, is_on: bool) -> None:
        """Take the switch."""
        self.at_most_once = bool(is_on)
        self._touch("at_most_once")

    def _fill_delivery(self, row: PostbackRow | None) -> None:
        retry = retry_as_given(row.retry) if row else RetryPreset.STANDARD.value
        is_own = isinstance(retry, dict)
        self.retry = RetryPreset.CUSTOM.value if is_own else str(retry)
        self.waits = waits_text(row.retry.waits) if row and is_own else ""
        self._say_schedule()
        success = row.success if row else None
        self.rule = success.kind.value if success else EVERY_2XX
        self.rule_text = success.value if success else ""
        self.rule_path = success.path if success else ""
        self.at_most_once = row.at_most_once if row else False

    def _delivery(self) -> dict[str, object]:
        """Return this part of the form as the services take it, unless it has a problem."""
        return {
            "retry": self._retry(),
            "success": self._success(),
            "at_most_once": self.at_most_once,
        }

    def _delivery_problems(self) -> dict[str, str]:
        problems: dict[str, str] = {}
        if self.retry == RetryPreset.CUSTOM:
            try:
                parse_waits(self.waits)
            except ValueError as problem:
                problems["retry"] = str(problem)
        if self.rule == SuccessRuleKind.JSON and not self.rule_path.strip():
            problems["success"] = NO_PATH
        elif self.rule not in {EVERY_2XX, SuccessRuleKind.JSON} and not self.rule_text:
            problems["success"] = NO_TEXT
        return problems

    def _retry(self) -> str | dict[str, list[int]]:
        if self.retry != RetryPreset.CUSTOM:
            return self.retry
        try:
            return {"waits": parse_waits(self.waits)}
        except ValueError:
            return self.waits  # shown beside theirs as it was typed; nothing takes it

    def _success(self) -> dict[str, Any] | None:
        if self.rule == EVERY_2XX:
            return None
        if self.rule == SuccessRuleKind.JSON:
            return {"json": {"path": self.rule_path.strip(), "equals": self.rule_text}}
        return {self.rule: self.rule_text}

    def _say_schedule(self) -> None:
        self.schedule = self.refusal_schedule = ""
        try:
            preset = RetryPreset(self.retry)
            waits = PRESETS.get(preset) or parse_waits(self.waits)
        except ValueError:
            return  # said beside the field when it is saved
        self.schedule, self.refusal_schedule = schedule_in_words(waits), refusal_in_words(waits)


def retry_in_words(retry: str | Mapping[str, list[int]]) -> str:
    """Return the retries as a comparison shows them."""
    if isinstance(retry, str):
        return _PRESET_NAMES.get(retry, retry)  # type: ignore[call-overload]
    return waits_text(retry["waits"])


def success_in_words(success: Mapping[str, Any] | None) -> str:
    """Return the success rule as a comparison shows it."""
    if success is None:
        return "Every 2xx answer"
    ((kind, wanted),) = success.items()
    if kind == SuccessRuleKind.JSON:
        return f"{wanted['path']} equals “{wanted['equals']}”"
    return f"The text {kind} “{wanted}”"


def stored_delivery(row: PostbackRow) -> dict[str, Any]:
    """Return how a stored postback is delivered, as the form's own part says it."""
    return {
        "retry": retry_as_given(row.retry),
        "success": success_as_given(row.success),
        "at_most_once": row.at_most_once,
    }
