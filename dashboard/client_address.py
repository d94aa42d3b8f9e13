"""Where a call came from, and how: the one place that decides whether a proxy's word counts."""

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from services.settings import Settings, get_settings


def client_address(call: HTTPConnection) -> str:
    """Return the network address that a call came from; empty where there is none.

    `X-Forwarded-For` is anybody's to write. It counts only as far as our own proxies wrote it: the
    entry that the outermost of `AFTERLEAD_PROXY_HOPS` proxies added.
    """
    hops = get_settings().proxy_hops
    if hops:  # each call asks, and most installations have no proxy
        named = _listed(call, "x-forwarded-for")
        forwarded = _address(named[-hops]) if len(named) >= hops else ""
        if forwarded:
            return forwarded
    return call.client.host if call.client else ""


def came_by_tls(call: HTTPConnection) -> bool:
    """Tell whether the browser spoke TLS; a proxy may have taken it off before us.

    Without a trusted `X-Forwarded-Proto`, the origins that people type say it: the address of this
    call stands among them, and only with https.
    """
    settings = get_settings()
    if call.url.scheme in {"https", "wss"}:
        return True
    named = _listed(call, "x-forwarded-proto")
    if settings.proxy_hops and named:
        return named[-min(settings.proxy_hops, len(named))].lower() == "https"
    origins = [urlsplit(origin) for origin in settings.allowed_origins]
    schemes = {origin.scheme for origin in origins if origin.netloc == call.url.netloc}
    return schemes == {"https"}


def is_own_origin(origin: str, call: HTTPConnection) -> bool:
    """Tell whether an `Origin` is that of our own pages: a set one, or that of this very call."""
    if origin in get_settings().allowed_origins:
        return True
    scheme = "https" if came_by_tls(call) else "http"
    return is_own_host(call) and origin == f"{scheme}://{call.headers.get('host', '')}"


def is_own_host(call: HTTPConnection) -> bool:
    """Tell whether a call asks for us by a name of ours.

    Otherwise some site's name leads to our address (DNS rebinding), or an administrator has not yet
    said by what name people come. Behind proxies that we count, they decide which names come here.
    """
    settings = get_settings()
    return settings.proxy_hops > 0 or call.headers.get("host", "").lower() in _hosts(settings)


def _hosts(settings: Settings) -> frozenset[str]:
    """Return the hosts of the origins, and this machine's own: where a proxy beside us calls."""
    own = {settings.host, "localhost", "127.0.0.1", "[::1]"}
    return frozenset(
        {urlsplit(origin).netloc.lower() for origin in settings.allowed_origins}
        | {f"{host}:{settings.port}" for host in own}
        | (own if settings.port == 80 else set())
    )


def _listed(call: HTTPConnection, name: str) -> list[str]:
    """Return the entries of a header that may come several times, each with several entries."""
    return [
        part.strip()
        for line in call.headers.getlist(name)
        for part in line.split(",")
        if part.strip()
    ]


def _address(text: str) -> str:
    """Return an address without the port that some proxies write beside it, or nothing."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return ""
