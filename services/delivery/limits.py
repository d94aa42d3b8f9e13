"""How long and how large one HTTP call may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one call: times in seconds, sizes in bytes. Tests pass shorter ones."""

    dns: float = 3.0
    connect: float = 5.0  # TCP and TLS together
    silence: float = 15.0  # between two reads, and before the first byte
    total: float = 20.0  # with the body
    keep_alive: float = 30.0
    request_body: int = 256 * 1024
    response_read: int = 64 * 1024  # then the connection is closed
    response_kept: int = 16 * 1024
    response_sent: int = 1024 * 1024  # of a whole answer, with all that frames its body
    response_line: int = 8 * 1024  # one header line
    response_headers: int = 100  # number of header lines


STANDARD = Limits()
