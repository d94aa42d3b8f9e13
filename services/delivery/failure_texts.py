"""Says what went wrong with one call, and what a person can do about it.

Nothing here promises another try: a Send Test has none, and a delivery's own explanation tells.
"""

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from models.words import FailureKind
from services.delivery.limits import Limits
from services.name_lookup import LookupTimedOut
from services.target_guard import Blocked, Target

_NOT_YET_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)

# OpenSSL's X509_V_ERR_… codes.
_CERTIFICATE_PROBLEMS = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed",
    19: "is signed by an authority that nobody else knows",
    20: "is signed by an authority that is not trusted, or an intermediate certificate is missing",
    21: "comes without its intermediate certificates",
    23: "was revoked",
    62: "is made out to another host name",
    64: "is made out to another address",
}

_STATUS_TEXTS = {
    400: "{host} answered 400: it did not understand the request. Compare the URL and its "
    "parameters with the partner's documentation.",
    401: "{host} answered 401: the request carries no valid credentials. Check the token or key "
    "in the URL and the headers.",
    402: "{host} answered 402: it wants a payment. Ask the partner about your account there.",
    403: "{host} answered 403: it knows the request and does not allow it. Check token and key, "
    "or ask the partner to allow this server's address.",
    404: "{host} answered 404: there is nothing at this path. Check the path of the URL, and "
    "whether the click id is one that the partner knows.",
    405: "{host} answered 405: it does not accept the method {method} here. Change the method of "
    "the postback.",
    406: "{host} answered 406: it cannot answer in a form that we accept. Check the Accept header.",
    408: "{host} answered 408: it waited too long for the request.",
    410: "{host} answered 410: this endpoint is gone for good. Ask the partner for the new URL.",
    411: "{host} answered 411: it wants a body with a length. Use the method POST.",
    413: "{host} answered 413: the request is too large for it. Send fewer or shorter values.",
    414: "{host} answered 414: the URL is too long for it. Send fewer or shorter values.",
    415: "{host} answered 415: it does not take this content type. Change the Content-Type header.",
    422: "{host} answered 422: it understood the request and refused its values. Its answer below "
    "may say which.",
    425: "{host} answered 425: it wants the request at a later time.",
    429: "{host} answered 429: it received too many requests. Ask the partner for a "
    "higher limit if it stays so.",
    431: "{host} answered 431: the headers are too large for it. Send fewer or shorter ones.",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What kind of failure it was, its sentence, and whether the request may have left us."""

    kind: FailureKind
    message: str
    left: bool


def explain_error(
    error: httpx.TransportError, target: Target, *, limits: Limits, seconds: float
) -> Explanation:
    """Explain a call that brought no answer; `seconds` is how long it took."""
    left = not isinstance(error, _NOT_YET_SENT)
    kind, message = _cause(error, target, limits) or _by_type(error, target, limits, seconds)
    return Explanation(kind, message, left)


def explain_status(status: int, target: Target, *, method: str, location: str | None) -> str:
    """Explain an answer whose status is not 2xx."""
    host = target.host
    if 300 <= status < 400:
        if location is None:
            return (
                f"{host} answered {status} (a redirection) and named no new address. Ask the "
                "partner for the right URL."
            )
        return (
            f"{host} answered {status}: the endpoint moved to {_place(location)}. Redirections are "
            "never followed; put the new URL into the postback."
        )
    text = _STATUS_TEXTS.get(status)
    if text is not None:
        return text.format(host=host, method=method)
    if status >= 500:
        return (
            f"{host} answered {status}: the partner's server has a problem of its own. Tell "
            "the partner if it stays so."
        )
    return (
        f"{host} answered {status} and refused the request. Compare it with the partner's "
        "documentation."
    )


def _place(location: str) -> str:
    # Partners send what they were called with along, and this text goes to alerts and stays there.
    place = re.split("[?#]", location, maxsplit=1)[0][:500]
    return place if place == location else f"{place}…"


def _cause(
    error: httpx.TransportError, target: Target, limits: Limits
) -> tuple[FailureKind, str] | None:
    """Explain by what lies behind the error, where that is known exactly; deepest first."""
    host = target.host
    for cause in reversed(list(_chain(error))):
        match cause:
            case Blocked():
                return FailureKind.BLOCKED, str(cause)
            case LookupTimedOut():
                return FailureKind.DNS, (
                    f"No name server answered for {host} within {limits.dns:g} s. Check "
                    "the name servers if it stays so."
                )
            case socket.gaierror():
                return FailureKind.DNS, (
                    f"The host name {host} was not found. Check its spelling in the URL, or ask "
                    "the partner whether it still exists."
                )
            case ssl.SSLCertVerificationError(verify_code=code):
                problem = _CERTIFICATE_PROBLEMS.get(code, "could not be verified")
                return FailureKind.TLS, (
                    f"The certificate of {host} {problem}, so nothing was sent. The partner must "
                    "repair it."
                )
            case ssl.SSLError():
                return FailureKind.TLS, (
                    f"No secure connection to {host}:{target.port} could be made. Check whether "
                    "the URL should start with http:// or has the wrong port; else the partner "
                    "must repair its TLS."
                )
            case ConnectionRefusedError():
                return FailureKind.CONNECT, (
                    f"{host} refused the connection on port {target.port}. The partner's server "
                    "is down, or the port in the URL is wrong."
                )
            case OSError(errno=errno.ENETUNREACH | errno.EHOSTUNREACH):
                return FailureKind.CONNECT, (
                    f"There is no way to {host} from this server. Check this server's network."
                )
    return None


def _by_type(
    error: httpx.TransportError, target: Target, limits: Limits, seconds: float
) -> tuple[FailureKind, str]:
    host = target.host
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            phase = "or completed no secure connection " if target.scheme == "https" else ""
            return FailureKind.TIMEOUT, (
                f"{host} accepted no connection {phase}within {limits.connect:g} s. Its server is "
                "overloaded, or a firewall drops our packets."
            )
        case httpx.TimeoutException() if seconds >= limits.total * 0.99:
            return FailureKind.TIMEOUT, (
                f"The whole call to {host} took longer than {limits.total:g} s and was ended. "
                "The partner's server is too slow."
            )
        case httpx.TimeoutException():
            return FailureKind.TIMEOUT, (
                f"{host} took the request and then said nothing for {limits.silence:g} s. The "
                "partner may have received it."
            )
        case httpx.RemoteProtocolError():
            return FailureKind.PROTOCOL, (
                f"{host} answered with something that is not valid HTTP. Check whether the port "
                f"{target.port} is that of a web server."
            )
        case httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
            return FailureKind.PROTOCOL, f"The request to {host} could not be written: {error}."
        case httpx.ConnectError():
            return FailureKind.CONNECT, (
                f"No connection to {host} on port {target.port} could be made. Check host and "
                "port if it stays so."
            )
    return FailureKind.CONNECT, (
        f"{host} closed the connection before it answered. The partner may have received the "
        "request."
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen = 0
    cause: BaseException | None = error
    while cause is not None and seen < 10:
        yield cause
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
        seen += 1
