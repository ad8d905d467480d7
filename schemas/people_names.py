"""What a study and an annotator may be called: the name is a project's and a file's too."""

import re
import unicodedata

#: Small letters, those of German and its neighbours too, and digits.
SIGNS = "a-z0-9ß-öø-ÿ"
NAME = re.compile(rf"[{SIGNS}][{SIGNS}_-]*")


def expected_name(name: str) -> str:
    """What a name is to look like, with the nearest one that does.

    >>> expected_name("Ben Maier")
    'expected small letters, digits, - and _, such as "ben-maier"'
    """
    near = re.sub(rf"[^{SIGNS}_]+", "-", unicodedata.normalize("NFC", name).lower()).strip("-_")
    return f'expected small letters, digits, - and _, such as "{near or "anna"}"'
