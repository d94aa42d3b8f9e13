"""The frame around every page: side bar, top bar, page heading; and the bare frame for sign-in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from dashboard import routes
from dashboard.access import hide_without
from dashboard.components import browser
from dashboard.components.button import link_button
from dashboard.components.elements import PageBehaviour, ShortcutSwitch
from dashboard.components.list_state import notice
from dashboard.components.values import Text, glyph, when_text
from dashboard.theme import PRODUCT_NAME
from services.actor import DEEDS, Right


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One line of the side bar."""

    label: str
    href: str
    icon: str
    group: str = ""
    right: Right = Right.READ


NAVIGATION: tuple[NavigationEntry, ...] = (
    NavigationEntry("Overview", routes.OVERVIEW, "layout-dashboard"),
    NavigationEntry("Leads", routes.LEADS, "contact"),
    NavigationEntry("Imports", routes.IMPORTS, "file-up"),
    NavigationEntry("Campaigns", routes.CAMPAIGNS, "megaphone"),
    NavigationEntry("Affiliates", routes.AFFILIATES, "users"),
    NavigationEntry("Reports", routes.REPORTS, "chart-column"),
    NavigationEntry("Logs", routes.LOGS, "scroll-text"),
    NavigationEntry("Event Management", routes.EVENT_MANAGEMENT, "zap", group="Settings"),
    NavigationEntry("Event Lists", routes.EVENT_LISTS, "list-checks", group="Settings"),
    NavigationEntry("Incoming URLs", routes.INCOMING, "webhook", group="Settings"),
    NavigationEntry("Alerts", routes.ALERTS, "bell", group="Settings"),
    NavigationEntry("Test receiver", routes.TEST_RECEIVER, "radio-tower", group="Settings"),
    NavigationEntry(
        "API keys", routes.API_KEYS, "key-round", group="Settings", right=Right.MANAGE_ACCESS
    ),
    NavigationEntry("Users", routes.USERS, "user-cog", group="Settings", right=Right.MANAGE_ACCESS),
    NavigationEntry("Audit", routes.AUDIT, "history", group="Settings", right=Right.READ_AUDIT),
)


class Frame:
    """What the frame cannot make by itself; the composition root hands it in."""

    banner: Callable[[], rx.Component] = staticmethod(rx.fragment)
    """Says above every page what needs a person now."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: what the top bar shows of the person, and the way out.

    `zone` is an IANA name, empty for the browser's own. `sign_out` stands in the account menu.
    """

    email: Text
    zone: Text
    sign_out: rx.Component
    rights: rx.Var[list[str]]


def framed(
    title: Text,
    *content: rx.Component,
    section: str,
    viewer: Viewer,
    actions: tuple[rx.Component, ...] = (),
    back: tuple[Text, Text] | None = None,
    subtitle: Text | rx.Component = "",
    beside_title: rx.Component | None = None,
    tabs: rx.Component | None = None,
    narrow: bool = False,
    right: Right = Right.READ,
) -> rx.Component:
    """Put a page into the frame.

    `section` is the `routes` constant of the side-bar entry to mark; `back` is (label, href) of
    the list this page came from; `tabs` stands below the heading; `beside_title` holds badges;
    `narrow` keeps forms at a readable width. Who lacks the `right` reads so in its place.
    """
    return rx.el.div(
        PageBehaviour.create(may=viewer.rights.join(" ")),
        _skip_link(),
        rx.el.aside(
            rx.el.div(_brand(), _navigation(section, label="Main"), class_name="al-side-inner"),
            class_name="al-side",
            aria_label="Side bar",
        ),
        rx.el.div(
            rx.el.header(
                _drawer(section),
                _back(back),
                rx.el.div(
                    _zone_chip(viewer.zone),
                    _color_mode_switch(),
                    _account_menu(viewer),
                    class_name="al-top-tools",
                ),
                class_name="al-top",
            ),
            rx.el.main(
                Frame.banner(),
                rx.el.div(
                    rx.el.div(
                        rx.el.div(
                            rx.el.h1(title, class_name="al-title"),
                            beside_title if beside_title is not None else rx.fragment(),
                            class_name="al-title-line",
                        ),
                        when_text(subtitle, rx.el.p(subtitle, class_name="al-subtitle"))
                        if isinstance(subtitle, (str, rx.Var))
                        else rx.el.div(subtitle, class_name="al-subtitle"),
                    ),
                    rx.el.div(*actions, class_name="al-actions") if actions else rx.fragment(),
                    class_name="al-page-head",
                ),
                tabs if tabs is not None else rx.fragment(),
                _for_right(right, viewer, rx.el.div(*content, class_name="al-content")),
                id="content",
                tab_index=-1,
                class_name="al-main",
                data_narrow="true" if narrow else None,
            ),
            class_name="al-body",
        ),
        class_name="al-shell",
    )


def bare(title: Text, *content: rx.Component, text: Text = "") -> rx.Component:
    """Put a page that stands before sign-in into a centred card."""
    return rx.el.main(
        rx.el.div(
            rx.el.div(_mark(), rx.el.span(PRODUCT_NAME, class_name="al-brand-name")),
            class_name="al-bare-brand",
        ),
        rx.el.div(
            rx.el.h1(title, class_name="al-title"),
            when_text(text, rx.el.p(text, class_name="al-subtitle")),
            *content,
            class_name="al-card al-bare-card",
        ),
        class_name="al-bare",
    )


def not_found() -> rx.Component:
    """Build the page for an address that leads nowhere, for `app.add_page(route="404")`."""
    return bare(
        "This page does not exist",
        link_button("Go to the overview", href=routes.OVERVIEW, kind="primary"),
        text="The address may be mistyped, or what stood here has another name now.",
    )


def _for_right(right: Right, viewer: Viewer, content: rx.Component) -> rx.Component:
    if right is Right.READ:
        return content
    refused = notice(
        "This page is not for you",
        f"Your role may not {DEEDS[right]}. Ask an owner for it.",
        icon="lock",
        action=link_button("Go to the overview", href=routes.OVERVIEW),
    )
    known = viewer.rights.length() > 0  # they come with the first answer
    return rx.cond(known & ~viewer.rights.contains(right.value), refused, content)


def _skip_link() -> rx.Component:
    return rx.el.a(
        "Skip to content",
        href="#content",
        on_click=browser.focus_now("content"),
        class_name="al-skip",
    )


def _mark() -> rx.Component:
    return rx.el.img(src="/logo.svg", alt="")


def _brand() -> rx.Component:
    return rx.el.a(
        _mark(),
        rx.el.span(PRODUCT_NAME, class_name="al-brand-name"),
        href=routes.OVERVIEW,
        class_name="al-brand",
    )


def _navigation(section: str, *, label: str) -> rx.Component:
    groups = list(dict.fromkeys(entry.group for entry in NAVIGATION))
    return rx.el.nav(
        *[
            rx.el.div(
                rx.el.p(group, class_name="al-nav-group") if group else None,
                *[_navigation_link(each, section) for each in NAVIGATION if each.group == group],
            )
            for group in groups
        ],
        aria_label=label,
        class_name="al-nav",
    )


def _navigation_link(entry: NavigationEntry, section: str) -> rx.Component:
    marks = {"aria-current": "page"} if entry.href == section else {}
    props: dict[str, Any] = {"custom_attrs": marks}
    hide_without(entry.right, props)
    return rx.el.a(
        rx.icon(entry.icon, size=16, aria_hidden="true"),
        entry.label,
        href=entry.href,
        class_name="al-nav-link",
        **props,
    )


def _drawer(section: str) -> rx.Component:
    """Build the side bar's stand-in below 768 px."""
    return rx.dialog.root(
        rx.dialog.trigger(
            rx.el.button(
                rx.icon("menu", size=18, aria_hidden="true"),
                type="button",
                aria_label="Open navigation",
                class_name="al-icon-button al-hamburger",
            )
        ),
        rx.dialog.content(
            rx.dialog.title("Navigation", class_name="al-visually-hidden"),
            rx.dialog.description("Pages of Afterlead", class_name="al-visually-hidden"),
            _brand(),
            _navigation(section, label="Main, small screens"),
            class_name="al-drawer",
        ),
    )


def _back(back: tuple[Text, Text] | None) -> rx.Component:
    if back is None:
        return rx.el.span(class_name="al-top-space")
    label, href = back
    return rx.el.a(
        glyph("left"), rx.el.span(label, class_name="al-clip"), href=href, class_name="al-back"
    )


def _zone_chip(zone: Text) -> rx.Component:
    shown = (
        rx.cond(zone, zone, "Browser time") if isinstance(zone, rx.Var) else zone or "Browser time"
    )
    return rx.el.span(
        rx.icon("clock", size=13, aria_hidden="true"),
        rx.el.span("Times in ", class_name="al-visually-hidden"),
        rx.el.span(shown),
        title="The time zone of every time on this page",
        class_name="al-zone",
    )


def _color_mode_switch() -> rx.Component:
    return rx.el.button(
        rx.color_mode_cond(
            light=rx.icon("moon", size=16, aria_hidden="true"),
            dark=rx.icon("sun", size=16, aria_hidden="true"),
        ),
        type="button",
        on_click=rx.toggle_color_mode,
        aria_label="Switch between light and dark",
        title="Switch between light and dark",
        class_name="al-icon-button",
    )


def _account_menu(viewer: Viewer) -> rx.Component:
    return rx.popover.root(
        rx.popover.trigger(
            rx.el.button(
                rx.icon("circle-user-round", size=18, aria_hidden="true"),
                type="button",
                aria_label="Account",
                title="Account",
                class_name="al-icon-button",
            )
        ),
        rx.popover.content(
            rx.el.div(
                rx.el.span("Signed in as", class_name="al-dim"),
                rx.el.span(viewer.email, class_name="al-menu-email"),
                class_name="al-menu-head",
            ),
            rx.el.a(
                rx.icon("user-cog", size=15, aria_hidden="true"),
                "Your account",
                href=routes.ACCOUNT,
                class_name="al-menu-item",
            ),
            ShortcutSwitch.create(),
            viewer.sign_out,
            align="end",
            aria_label="Account",
            class_name="al-menu",
        ),
    )
