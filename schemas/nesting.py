"""How deep JSON is nested, found before a parser builds anything of it.

Label Studio's own JSON is eight levels deep. A parser that names the place of a value (ijson) needs
memory that grows with the square of the depth; one that calls itself ends at Python's limit.
"""

import re

#: Levels of lists and objects (of mappings, in YAML) in what is read.
MAX_DEPTH = 50
TOO_DEEP = f"more than {MAX_DEPTH} levels deep"

_STRING = re.compile(rb'"[^"]*"')
_ALIKE = bytes.maketrans(b"{}", b"[]")
_NO_SIGNS = bytes(set(range(256)) - set(b'[]{}"'))


class Nesting:
    """The depth of JSON that comes in parts, of any size."""

    def __init__(self) -> None:
        self._open = b""  # the brackets that are not closed yet
        self._rest = b""  # the quotation mark of a string, and the backslash, that the next part goes on with

    def is_deep(self, part: bytes) -> bool:
        """Whether it is nested deeper than `MAX_DEPTH` (surely where it is deeper than twice that)."""
        text = self._rest + part
        backslashes = len(text) - len(text.rstrip(b"\\"))
        held = text[len(text) - backslashes % 2 :]
        signs = text[: len(text) - len(held)].replace(b"\\\\", b"").replace(b'\\"', b"")
        # two quotation marks side by side can go, whether they are a string or stand between two
        signs = signs.translate(_ALIKE, _NO_SIGNS).replace(b'""', b"")
        # one more closes a string that goes on, and stays over where there is none
        bare = _STRING.sub(b"", signs + b'"')
        self._rest = (b"" if bare.endswith(b'"') else b'"') + held
        signs = self._open + bare.rstrip(b'"')
        for _ in range(MAX_DEPTH + 1):  # each round takes away the innermost pairs
            self._open, signs = signs, signs.replace(b"[]", b"")
            if signs == self._open:
                return signs.count(b"[") > MAX_DEPTH
        return True
