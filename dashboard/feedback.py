"""What a service error looks like on a page: field messages or a toast. The only such mapping."""

import logging

import reflex as rx

from dashboard.components import browser
from services.errors import AppError, Conflict, InvalidInput

log = logging.getLogger("afterlead.dashboard")

UNEXPECTED = "Something went wrong on our side. It was written down; please try again."


def errors_of(error: AppError) -> dict[str, str]:
    """Return a sentence for each wrong field, and under `""` what concerns no field."""
    if isinstance(error, InvalidInput) or (isinstance(error, Conflict) and error.fields):
        return dict(error.fields)
    return {"": error.message}


def sentence(error: AppError) -> str:
    """Return one text for a page that shows the error as a whole."""
    if isinstance(error, InvalidInput):
        return " ".join(error.fields.values())
    return error.message


def toast(error: AppError) -> rx.event.EventSpec:
    """Return a toast for an error that belongs to no field that is on screen."""
    return browser.toast(sentence(error), level="error")


def done(message: str) -> rx.event.EventSpec:
    """Return a toast that confirms what was done."""
    return browser.toast(message)


def unexpected(exception: Exception) -> rx.event.EventSpec:
    """Log a bug with its traceback, once, and tell the person only that there was one."""
    log.error("A page handler failed", exc_info=exception)
    return browser.toast(UNEXPECTED, level="error")
