"""What of a format can be chosen."""

from typing import NamedTuple


class Options(NamedTuple):
    """``german``: tables as Excel reads them where German is its language.

    ``main`` is the name that the main file will have, where it is not the format's own.
    """

    german: bool = False
    main: str = ""
