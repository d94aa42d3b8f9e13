"""Who is in front of the browser: cookie → Actor at every event, and the guard of all handlers."""

import functools
import hashlib
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextvars import ContextVar
from http.cookies import SimpleCookie
from typing import Any, Final, get_origin
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

import reflex as rx
from reflex.istate.proxy import StateProxy

from dashboard import feedback, routes
from dashboard.access import ACCESS, PUBLIC
from dashboard.components import browser
from dashboard.components.native_form import sign_out_form
from dashboard.layout import Viewer
from services.accounts import sessions, users
from services.actor import Actor, Right
from services.errors import AppError, InvalidInput, NotSignedIn

SESSION_PATH: Final = "/api/session"
SIGN_OUT_PATH: Final = "/api/sign-out"

TIME_ZONE_COOKIE: Final = "afterlead_time_zone"
UTC_NAME: Final = "UTC"

Handler = Callable[..., Any]

# The kinds of argument whose handlers rely on them; the others are converted by the handler.
_CHECKED = frozenset({str, dict})

_actor: ContextVar[Actor] = ContextVar("actor")


class SessionState(rx.State):
    """What every page may know about the person in front of it."""

    email: str = ""
    initials: str = ""
    rights: list[str] = rx.field(default_factory=list)
    """What the person may do; shows and hides only, every handler asks the database."""
    time_zone: str = UTC_NAME
    """The browser's IANA zone name, always one that this server knows."""

    _owner: str = ""
    """Whose data this tab's states hold: a digest of the session cookie, empty for nobody's."""


def actor() -> Actor:
    """Return who is signed in; only inside a guarded handler."""
    return _actor.get()


def public(handler: Handler) -> Handler:
    """Mark a handler, below `@rx.event`, that people use before they are signed in."""
    setattr(handler, ACCESS, PUBLIC)
    return handler


def guarded(right: Right) -> Callable[[Handler], Handler]:
    """Let a handler, below `@rx.event`, run only for a signed-in person who has the right.

    Takes all four shapes: plain, async, generator, async generator, background ones included. The
    session and its rights are looked up at every call. Without a session the tab forgets all data
    and goes to sign-in. A service error that the handler lets through becomes a toast.
    """

    def guard(handler: Handler) -> Handler:
        shape = _guarded_stream if _is_stream(handler) else _guarded_call
        wrapper = shape(handler, right)
        setattr(wrapper, ACCESS, right)
        return wrapper

    return guard


def _kinds(handler: Handler) -> dict[str, type]:
    """Return what the arguments of an event must be: Reflex checks none of them."""
    named = list(inspect.signature(handler).parameters.values())[1:]
    found = {each.name: get_origin(each.annotation) or each.annotation for each in named}
    return {name: kind if kind in _CHECKED else object for name, kind in found.items()}


def _check_kinds(
    kinds: Mapping[str, type], args: tuple[object, ...], kwargs: Mapping[str, object]
) -> None:
    given = dict(zip(kinds, args, strict=False)) | dict(kwargs)
    if not all(isinstance(value, kinds.get(name, object)) for name, value in given.items()):
        raise InvalidInput({"": "The page sent something that does not fit. Reload it."})


def _is_stream(handler: Handler) -> bool:
    return inspect.isgeneratorfunction(handler) or inspect.isasyncgenfunction(handler)


def _guarded_call(handler: Handler, right: Right) -> Handler:
    kinds = _kinds(handler)

    @functools.wraps(handler)
    async def call(self: rx.State, *args: object, **kwargs: object) -> object:
        if not await _enter(self):
            return await _refuse(self)
        try:
            actor().require(right)
            _check_kinds(kinds, args, kwargs)
            result = handler(self, *args, **kwargs)
            return await result if inspect.isawaitable(result) else result
        except NotSignedIn:
            return await _refuse(self)
        except AppError as error:
            return feedback.toast(error)

    return call


def _guarded_stream(handler: Handler, right: Right) -> Handler:
    kinds = _kinds(handler)

    @functools.wraps(handler)
    async def stream(self: rx.State, *args: object, **kwargs: object) -> AsyncIterator[object]:
        if not await _enter(self):
            yield await _refuse(self)
            return
        try:
            actor().require(right)
            _check_kinds(kinds, args, kwargs)
            result = handler(self, *args, **kwargs)
            if inspect.isgenerator(result):
                for step in result:
                    yield step
            else:
                async for step in result:
                    yield step
        except NotSignedIn:
            yield await _refuse(self)
        except AppError as error:
            yield feedback.toast(error)

    return stream


async def check(state: rx.State) -> Actor | None:
    """Return the signed-in person behind a state's websocket, by a look at the database."""
    cookie = cookie_of(state, sessions.COOKIE_NAME)
    return await sessions.actor_of(cookie, address=address_of(state)) if cookie else None


def address_of(state: rx.State) -> str:
    """Return the network address of a state's browser, as far as our proxies can be believed."""
    return str(state.router.session.client_ip)


def cookie_of(state: rx.State, name: str) -> str:
    """Return one cookie that the browser sent with the websocket's handshake, or nothing."""
    jar: SimpleCookie = SimpleCookie()
    # One at a time: SimpleCookie stops at the first one that another site spelt badly.
    for part in state.router.headers.cookie.split(";"):
        if part.strip().startswith(f"{name}="):
            jar.load(part.strip())
    return jar[name].value if name in jar else ""


async def _enter(state: rx.State) -> bool:
    found = await check(state)
    if found is None:
        return False
    _actor.set(found)
    await _exclusively(state, _settle_in, found)
    return True


async def _refuse(state: rx.State) -> object:
    """Forget everything this tab has seen and say where to go."""
    await _exclusively(state, _forget)
    if await users.is_empty():
        return rx.redirect(routes.SETUP)
    return rx.redirect(routes.with_query(routes.LOGIN, next=_address_of(state)))


async def _exclusively(
    state: rx.State, step: Callable[..., Awaitable[None]], *args: object
) -> None:
    """Run a step that changes states, for which a background handler must hold the lock first."""
    if isinstance(state, StateProxy):
        async with state:
            await step(state.__wrapped__, *args)
    else:
        await step(state, *args)


async def _settle_in(state: rx.State, found: Actor) -> None:
    session = await state.get_state(SessionState)
    owner = _digest(cookie_of(state, sessions.COOKIE_NAME))
    if session._owner != owner:
        if session._owner:
            await _forget(state)
        session._owner = owner
    zone = _known_zone(cookie_of(state, TIME_ZONE_COOKIE))
    rights = sorted(found.rights)
    if (session.email, session.time_zone, session.rights) != (found.name, zone, rights):
        session.email = found.name
        session.rights = [right.value for right in rights]
        session.initials = _initials(found.name)
        session.time_zone = zone


async def _forget(state: rx.State) -> None:
    root = await state.get_state(rx.State)
    for substate in root.substates.values():
        substate.reset()


class SessionGate(rx.Middleware):
    """Keeps a tab's data from whoever connects next with the same tab.

    A tab's states outlive its websocket, and Reflex sends them to the next one before any handler
    of ours runs: after sign-out, or with a stolen client token, that would be a leak.
    """

    async def preprocess(self, app: rx.App, state: rx.State, event: rx.event.Event) -> None:  # noqa: ARG002 - Reflex names them
        """Empty the states before they are sent to a connection that is not their owner's."""
        if not event.name.startswith(_ROOT_PREFIX):
            return
        session = await state.get_state(SessionState)
        owner = session._owner
        if not owner:
            return
        cookie = cookie_of(state, sessions.COOKIE_NAME)
        if _digest(cookie) != owner or await sessions.actor_of(cookie) is None:
            await _forget(state)


_ROOT_PREFIX: Final = rx.State.get_full_name() + ".hydrate"


def current_zone(session: SessionState) -> ZoneInfo:
    """Return the viewer's time zone, for date filters."""
    return ZoneInfo(session.time_zone)


def may(right: Right) -> rx.Var[bool]:
    """Return for a page whether the person has a right; it shows and hides, no more."""
    return SessionState.rights.contains(right.value)


def viewer() -> Viewer:
    """Return what every page's frame shows of the person: `framed(..., viewer=viewer())`."""
    return Viewer(
        email=SessionState.email,
        zone=SessionState.time_zone,
        rights=SessionState.rights,
        sign_out=sign_out_form(action=SIGN_OUT_PATH),
    )


def opening_script(ticket: str, *, then: str) -> rx.event.EventSpec:
    """Have the browser fetch its cookie for a checked password, and then load `then` anew.

    A whole page load, since only a new websocket carries the new cookie.
    """
    target = f"{SESSION_PATH}/{ticket}?{urlencode({'next': same_site_path(then)})}"
    return browser.leave(target)


def time_zone_script() -> rx.Component:
    """Build the head script that tells the server the browser's zone before the first event."""
    return rx.el.script(
        f"document.cookie='{TIME_ZONE_COOKIE}='+encodeURIComponent("
        "Intl.DateTimeFormat().resolvedOptions().timeZone)+';path=/;max-age=31536000;samesite=lax'"
    )


def same_site_path(target: str) -> str:
    """Return `target` when it is a path of this site that a sign-in may lead to, else `/`."""
    # Browsers drop control characters and read "\\" as "/", so "/\\\\evil" would leave the site.
    if (
        not target.startswith("/")
        or target.startswith(("//", "/api/", routes.LOGIN, routes.SETUP))
        or "\\" in target
        or not target.isprintable()
    ):
        return routes.OVERVIEW
    return target


def _address_of(state: rx.State) -> str:
    url = state.router.url
    path = url.path.rstrip("/") or routes.OVERVIEW
    target = f"{path}?{url.query}" if url.query else path
    return "" if same_site_path(target) == routes.OVERVIEW else target


def _known_zone(name: str) -> str:
    name = name.replace("%2F", "/")
    return name if name in _zones() else UTC_NAME


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _initials(name: str) -> str:
    words = [word for word in name.split("@", maxsplit=1)[0].replace("_", ".").split(".") if word]
    return "".join(word[0] for word in words[:2]).upper()


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
