"""Control characters and bidirectional formatting characters: escaped before a terminal shows them.

They come with ids, names, titles, file names and a server's words; a terminal would clear itself,
rename its window or print backwards. What is written to files stays as it is.
"""

import io
import re
from typing import IO, Any

_C0 = r"\x00-\x08\x0b\x0c\x0e-\x1f"  # but tab, line feed and carriage return
_OTHERS = (
    r"\x7f-\x9f"  # DEL and C1
    r"\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates of bidirectional text
    r"\ud800-\udfff"  # halves of surrogate pairs: no encoding takes them
)
_IN_LINES = re.compile(rf"[{_C0}\r{_OTHERS}]")
_IN_ONE_LINE = re.compile(rf"[{_C0}\r\n\t{_OTHERS}]")
_IN_PAGES = re.compile(f"[{_C0}{_OTHERS}]")  # to a browser a carriage return is a line break
_IN_JSON = re.compile(f"[{_OTHERS}]")  # JSON itself escapes C0


def visible(text: str) -> str:
    r"""The text with its control characters escaped; its lines and tabs stay.

    >>> visible("a\x1b[2Jb\nc\u202e")
    'a\\x1b[2Jb\nc\\u202e'
    """
    return _IN_LINES.sub(_escape, text)


def visible_line(text: str) -> str:
    r"""As `visible`, and on one line.

    >>> visible_line("a\nb")
    'a\\x0ab'
    """
    return _IN_ONE_LINE.sub(_escape, text)


class VisibleWriter(io.BufferedIOBase):
    """A binary file for whole pieces of UTF-8, such as rows, that a terminal shows as `visible` does."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        text = bytes(data).decode("utf-8", "replace").replace("\r\n", "\n")
        self._file.write(visible(text).encode("utf-8"))
        return len(data)

    def flush(self) -> None:
        self._file.flush()


def escaped_json(text: str) -> str:
    r"""JSON of the same value, with JSON's escapes for DEL, C1 and bidirectional formatting characters.

    >>> escaped_json('{"a": "\x9b2J"}')
    '{"a": "\\u009b2J"}'
    """
    return _IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def replaced(text: str) -> str:
    r"""The text with U+FFFD for each control character: places in it stay what they were.

    >>> replaced("a\x1b\u202eb")
    'a��b'
    """
    return _IN_PAGES.sub("\ufffd", text)


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
