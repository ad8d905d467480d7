"""Offsets of programs in Java, which count the units of UTF-16, as code points."""

from bisect import bisect_right
from collections.abc import Callable


def code_points(text: str) -> Callable[[int], int]:
    """A function from an offset in UTF-16 units to the one in code points.

    >>> place = code_points("a😀b")
    >>> place(1), place(3), place(4)
    (1, 2, 3)
    """
    # each character outside of the first plane has two units: offsets behind it count one more
    ends = [n + k + 2 for k, n in enumerate(n for n, char in enumerate(text) if char > "\uffff")]
    return lambda offset: offset - bisect_right(ends, offset)
