"""What preview and Send Test return, as the right column of the editor shows it."""

from dashboard.components.curl_text import curl_text
from dashboard.pages.postback.lines import AnswerLine, RequestLine, ValueLine
from services.delivery.trial import MacroUse, RequestView, TrialResult


def value_line(use: MacroUse) -> ValueLine:
    """Return one macro with its value; the value of a secret is never shown."""
    is_secret = use.expression.lower().startswith("{secret:")
    return ValueLine(
        expression=use.expression,
        value="" if is_secret else use.value,
        encoded="" if use.encoded == use.value or is_secret else use.encoded,
        is_empty=use.empty,
        is_secret=is_secret,
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
