"""One connection to a partner: writes a request and reads its answer, within the limits.

asyncio's protocol under httptools, the parser of Node.js. Parser and timer are kept from call to
call: making them anew for each one would cost more than everything else that a call takes.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import httptools

from services.delivery.limits import Limits

_FRAMES = frozenset({b"content-length", b"transfer-encoding"})


class NotHttp(Exception):
    """What came is no HTTP, or more of it than is read."""


@dataclass(slots=True)
class Answer:
    """What came of a call; `status` is 0 until the headers are complete.

    `is_whole` tells that the body is here to its end. `is_done` that nothing more is awaited.
    `keeps_alive` tells that the partner leaves the connection open for another call.
    """

    is_head: bool = False
    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    received: int = 0
    is_done: bool = False
    is_whole: bool = False
    keeps_alive: bool = False


class PartnerConnection(asyncio.Protocol):
    """Carries one call at a time; closes itself when it has rested for too long.

    `on_lost` is called once, when the connection is no longer there.
    """

    def __init__(self, limits: Limits, on_lost: Callable[["PartnerConnection"], None]) -> None:
        self._limits = limits
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._parser = _parser_for(self)
        self._answer = Answer()
        # While a call is under way.
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = 0.0
        # When something moved last, by the clock of the loop.
        self._moved_at = 0.0

    async def exchange(self, message: bytes, *, is_head: bool, deadline: float) -> Answer:
        """Write the request once and return what comes; `deadline` is a time of the loop.

        The connection is open. An answer counts from its complete headers on, however its body
        ends. Raises NotHttp, TimeoutError, or another OSError when the partner closed the
        connection.
        """
        transport = self._transport
        if transport is None:
            raise AssertionError("no call on a connection that is lost")
        answer = self._answer = Answer(is_head)
        self._deadline = deadline
        self._moved_at = self._loop.time()
        waiter = self._waiter = self._loop.create_future()
        transport.write(message)
        self._watch()
        try:
            await waiter
        finally:
            self._waiter = None
            self._moved_at = self._loop.time()
            # Nothing of either message may be under way when another call follows.
            if not answer.keeps_alive or transport.get_write_buffer_size():
                transport.abort()
        return answer

    @property
    def is_open(self) -> bool:
        """Tell whether another call can follow."""
        return self._transport is not None and not self._transport.is_closing()

    def abort(self) -> None:
        """Close at once; a call under way ends with an error."""
        if self._transport is not None:
            self._transport.abort()

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; see asyncio.Protocol."""
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        """End the call under way and tell the owner; see asyncio.Protocol."""
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        answer = self._answer
        if not answer.is_done:
            # Without a length the end of the connection is the end of the body.
            answer.is_whole = exc is None and not any(
                name.lower() in _FRAMES for name, _ in answer.headers
            )
        self._end(exc or ConnectionResetError("closed before the answer was complete"))
        self._on_lost(self)

    def data_received(self, data: bytes) -> None:
        """Read on in the answer; see asyncio.Protocol."""
        answer = self._answer
        if self._waiter is None:
            # Sent unasked: it would be taken for the next answer.
            self.abort()
            return
        self._moved_at = self._loop.time()
        answer.received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            answer.keeps_alive = False
            problem = NotHttp(str(error) or type(error).__name__)
            problem.__cause__ = error
            self._end(problem)
            return
        if answer.is_done:
            self._end()
        elif (
            len(answer.body) > self._limits.response_read
            or answer.received > self._limits.response_sent
        ):
            self._end(NotHttp("the answer has no end"))

    # Called by the parser

    def on_message_begin(self) -> None:
        """Note a second answer to one request; see httptools."""
        if self._answer.is_done:
            self._answer.keeps_alive = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header line; see httptools."""
        headers = self._answer.headers
        if self._answer.status:
            return  # behind the body
        if len(name) + len(value) > self._limits.response_line:
            raise NotHttp("a header line has no end")
        if len(headers) >= self._limits.response_headers:
            raise NotHttp("the headers have no end")
        headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Take the status, unless it is that of an interim answer; see httptools."""
        answer = self._answer
        if answer.is_done:
            return
        status = self._parser.get_status_code()
        if status == 101 or not 100 <= status < 600:
            raise NotHttp(f"status {status} cannot end a call")
        if status >= 200:
            answer.status = status
            # The parser would wait for the body that such an answer only announces.
            answer.is_done = answer.is_whole = answer.is_head

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body; see httptools."""
        answer = self._answer
        if not answer.is_done and len(answer.body) <= self._limits.response_read:
            answer.body += body

    def on_message_complete(self) -> None:
        """End the answer, or go on behind an interim one; see httptools."""
        answer = self._answer
        if answer.is_done:
            return
        if answer.status:
            answer.is_done = answer.is_whole = True
            answer.keeps_alive = self._parser.should_keep_alive()
        else:
            answer.headers = []

    # The end of a call, by whatever comes first

    def _end(self, error: Exception | None = None) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is None or waiter.done():
            return
        if error is None or self._answer.status:
            waiter.set_result(None)
        else:
            waiter.set_exception(error)

    def _due(self) -> float:
        if self._waiter is None:
            return self._moved_at + self._limits.keep_alive
        return min(self._moved_at + self._limits.silence, self._deadline)

    def _watch(self) -> None:
        # A timer that comes early looks again; only one that would come late is set anew.
        due = self._due()
        if self._timer is not None:
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._loop.time() < self._due():
            self._watch()
        elif self._waiter is not None:
            self._end(TimeoutError("no answer in time"))
        else:
            self.abort()


def _parser_for(connection: PartnerConnection) -> httptools.HttpResponseParser:
    parser = httptools.HttpResponseParser(connection)
    # As forgiving as servers are odd: an answer that is refused here is no answer, and the partner
    # would be called again for what he has acted on already.
    parser.set_dangerous_leniencies(
        lenient_headers=True,
        lenient_optional_cr_before_lf=True,
        lenient_spaces_after_chunk_size=True,
    )
    return parser
