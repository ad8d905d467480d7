"""What of a format can be chosen."""

from typing import NamedTuple


class Options(NamedTuple):
    """``german``: tables as Excel reads them where German is its language."""

    german: bool = False
