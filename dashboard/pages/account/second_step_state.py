"""Two-step sign-in: an app is introduced and tried out before anything is switched on."""

from typing import Any, Final

import reflex as rx

from dashboard import feedback
from dashboard.components.first_error import show_first_error
from dashboard.session import actor, guarded
from services.accounts import second_factor
from services.actor import Right
from services.errors import AppError

_FIELDS: Final = ("code", "password", "")

OFF, SETTING_UP, CODES, ON, LEAVING = "off", "setting_up", "codes", "on", "leaving"


class SecondStepState(rx.State):
    """Which step is on screen; the secret stays here until its code is confirmed."""

    step: str = ""
    picture: str = ""
    secret: str = ""
    codes: list[str] = rx.field(default_factory=list)
    busy: bool = False
    errors: dict[str, str] = dict.fromkeys(_FIELDS, "")

    @rx.event
    @guarded(Right.READ)
    async def open_form(self) -> None:
        """Show whether it is on."""
        self.reset()
        self.step = ON if await second_factor.is_on(actor()) else OFF

    @rx.event
    @guarded(Right.READ)
    async def begin(self) -> None:
        """Show what the app needs."""
        made = await second_factor.begin(actor())
        self.secret, self.picture = made.secret, made.picture
        self._show({}, step=SETTING_UP)

    @rx.event
    @guarded(Right.READ)
    async def confirm(self, form: dict[str, Any]) -> Any:
        """Switch it on once the app's code is right, and show the recovery codes."""
        self.busy = True
        yield
        try:
            codes = await second_factor.confirm(
                actor(),
                secret=self.secret,
                code=str(form.get("step_code", "")),
                password=str(form.get("step_password", "")),
            )
        except AppError as error:
            self._show(feedback.errors_of(error), step=self.step)
            yield show_first_error()
            return
        self.secret = self.picture = ""
        self.codes = list(codes)
        self._show({}, step=CODES)

    @rx.event
    @guarded(Right.READ)
    async def finish(self) -> None:
        """Put the recovery codes away."""
        self.codes = []
        self._show({}, step=ON)

    @rx.event
    @guarded(Right.READ)
    async def ask_off(self) -> None:
        """Ask for the password before it is switched off."""
        self._show({}, step=LEAVING)

    @rx.event
    @guarded(Right.READ)
    async def stop(self) -> None:
        """Leave everything as it is."""
        self.secret = self.picture = ""
        on = await second_factor.is_on(actor())
        self._show({}, step=ON if on else OFF)

    @rx.event
    @guarded(Right.READ)
    async def switch_off(self, form: dict[str, Any]) -> Any:
        """Sign in by password alone from now on."""
        self.busy = True
        yield
        try:
            await second_factor.switch_off(actor(), password=str(form.get("step_password", "")))
        except AppError as error:
            self._show(feedback.errors_of(error), step=self.step)
            yield show_first_error()
            return
        self._show({}, step=OFF)
        yield feedback.done("Two-step sign-in is off.")

    def _show(self, errors: dict[str, str], *, step: str) -> None:
        known = {name: errors.pop(name, "") for name in _FIELDS if name}
        self.errors = known | {"": " ".join(errors.values())}
        self.step, self.busy = step, False
