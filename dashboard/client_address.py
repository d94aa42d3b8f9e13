"""Where a call came from."""

from starlette.requests import HTTPConnection


def client_address(call: HTTPConnection) -> str:
    """Return the network address that a call came from; empty where there is none."""
    return call.client.host if call.client else ""
