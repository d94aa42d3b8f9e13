"""What preview and Send Test return, as the right column of the editor shows it."""

from dashboard.components.curl_text import curl_text
from dashboard.pages.postback.lines import AnswerLine, RequestLine, ValueLine
from services.delivery.trial import MacroUse, RequestView, TrialResult
from services.sig_places import SHOWN


def value_line(use: MacroUse) -> ValueLine:
    """Return one macro with its value; the value of a secret is never shown."""
    expression = use.expression.lower()
    later = ""
    if expression.startswith("{secret:"):
        later = "A secret, filled in when it is sent"
    elif expression == SHOWN:
        later = "The signature, made when it is sent"
    return ValueLine(
        expression=use.expression,
        value="" if later else use.value,
        encoded="" if use.encoded == use.value or later else use.encoded,
        is_empty=use.empty,
        later=later,
        where=use.where,
    )


def request_line(view: RequestView) -> RequestLine:
    """Return a request with the cURL call that repeats it."""
    return RequestLine(
        method=view.method,
        url=view.url,
        headers=list(view.headers),
        body=view.body or "",
        curl=curl_text(method=view.method, url=view.url, headers=view.headers, body=view.body),
    )


def answer_line(result: TrialResult) -> AnswerLine:
    """Return what came back from a Send Test."""
    return AnswerLine(
        outcome=result.outcome.value,
        message=result.message,
        code=result.status_code,
        duration_ms=result.duration_ms,
        headers=list(result.response_headers),
        body=result.response_body,
        note="shortened" if result.truncated else "",
    )
