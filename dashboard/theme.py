"""What the app object needs to look like Afterlead; colours and sizes are in assets/style.css."""

from typing import Final

import reflex as rx

from dashboard.components.elements import Browser

STYLESHEETS: Final[list[str]] = ["/style.css"]
"""For `rx.App(stylesheets=…)`; loaded after Radix, whose tokens it re-colours."""

HTML_LANG: Final = "en"
"""For `rx.App(html_lang=…)` (WCAG 3.1.1); Reflex sets none by itself."""

PRODUCT_NAME: Final = "Afterlead"


def head_components() -> list[rx.Component]:
    """Build what belongs into every page's head, for `rx.App(head_components=…)`."""
    return [
        rx.el.link(rel="icon", type="image/svg+xml", href="/favicon.svg"),
        rx.el.link(rel="alternate icon", type="image/x-icon", href="/favicon.ico", sizes="32x32"),
        rx.el.meta(name="color-scheme", content="light dark"),
        rx.el.meta(
            name="theme-color",
            content="#ffffff",
            custom_attrs={"media": "(prefers-color-scheme: light)"},
        ),
        rx.el.meta(
            name="theme-color",
            content="#0d0f11",
            custom_attrs={"media": "(prefers-color-scheme: dark)"},
        ),
    ]


def page_title(name: str) -> str:
    """Return the browser title of a page: what it is first, so that many tabs stay readable."""
    return f"{name} · {PRODUCT_NAME}"


def toaster() -> rx.Component:
    """Build the toast region and what does the server's wishes, for `rx.App(toaster=…)`."""
    return rx.fragment(
        rx.toast.provider(
            position="bottom-right",
            close_button=True,
            rich_colors=False,
            duration=5000,
            theme=rx.color_mode_cond(light="light", dark="dark"),
        ),
        Browser.create(),
    )
