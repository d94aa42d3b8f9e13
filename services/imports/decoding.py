"""Bytes of a file to lines of text: which encoding it has, and no line that never ends."""

import codecs
import io
from collections.abc import Iterable, Iterator
from typing import Final

from services.imports.contract import Encoding, UnreadableFile

LONGEST_LINE: Final = 1024 * 1024
_LONG = "This file has a line of more than a million characters. Is it a CSV file?"
_BOMS = (
    (codecs.BOM_UTF8, Encoding.UTF_8),
    (codecs.BOM_UTF16_LE, Encoding.UTF_16_LE),
    (codecs.BOM_UTF16_BE, Encoding.UTF_16_BE),
)
# What people upload instead, by its first bytes.
_OTHERS = (
    (b"PK\x03\x04", "This is a workbook or a ZIP archive. Save it as CSV and upload that."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook. Save it as CSV and upload that."),
    (b"%PDF", "This is a PDF document. Upload a CSV file."),
    (b"\x1f\x8b", "This file is compressed. Unpack it and upload the CSV file."),
)


class EncodingWatch:
    """Looks at all bytes of a file as they come, and says then how its characters are written."""

    def __init__(self) -> None:
        self._head = b""
        self._decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()

    def feed(self, data: bytes) -> None:
        """Take the next bytes; raise UnreadableFile for what is clearly no text."""
        if len(self._head) < LONGEST_LINE // 256:
            self._head += data[: LONGEST_LINE // 256]
            for magic, sentence in _OTHERS:
                if self._head.startswith(magic):
                    raise UnreadableFile(sentence)
        if self._decoder is not None:
            try:
                self._decoder.decode(data)
            except UnicodeDecodeError:
                self._decoder = None

    def result(self) -> Encoding:
        """Return the encoding: by its mark, else UTF-8 where all is valid, else Windows-1252."""
        for mark, encoding in _BOMS:
            if self._head.startswith(mark):
                return encoding
        # Without a mark every other byte of Latin text is 0 in UTF-16.
        half = max(len(self._head) // 2, 1)
        if self._head[1::2].count(0) > half * 0.4 and self._head[::2].count(0) < half * 0.1:
            return Encoding.UTF_16_LE
        if self._head[::2].count(0) > half * 0.4 and self._head[1::2].count(0) < half * 0.1:
            return Encoding.UTF_16_BE
        try:
            if self._decoder is not None:
                self._decoder.decode(b"", final=True)
                return Encoding.UTF_8
        except UnicodeDecodeError:
            pass
        return Encoding.WINDOWS_1252


def lines(parts: Iterable[bytes], encoding: Encoding) -> Iterator[str]:
    """Yield the lines with their ends; a character that cannot be read becomes U+FFFD.

    Raises UnreadableFile for a line of more than a million characters.
    """
    name = "cp1252" if encoding is Encoding.WINDOWS_1252 else encoding.value
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(name)(errors="replace"), translate=True
    )
    rest = ""
    is_first = True
    for data in _ended(parts):
        text = decoder.decode(data or b"", final=data is None)
        if is_first and text:
            text, is_first = text.removeprefix("\ufeff"), False
        # Not `splitlines`: that would break a cell at U+2028 and others.
        *found, rest = (rest + text).split("\n")
        for line in found:
            _check(line)
            yield line + "\n"
        _check(rest)
    if rest:
        yield rest


def _ended(parts: Iterable[bytes]) -> Iterator[bytes | None]:
    yield from parts
    yield None


def _check(line: str) -> None:
    if len(line) > LONGEST_LINE:
        raise UnreadableFile(_LONG)
