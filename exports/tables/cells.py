"""Cells of text that no spreadsheet takes for a formula, and the texts they were.

What begins like a formula gets an apostrophe in front, as OWASP describes under "CSV Injection": a
spreadsheet then shows the text and computes nothing. Numbers are no texts and stay numbers.
"""

import re

#: A sign that begins a formula, its full-width form too, after what spreadsheets pass over (spaces,
#: quotation marks, a BOM); or a control character. Apostrophes in front make it no other text, so that
#: one more can always be taken off again.
_FORMULA = re.compile(r"""'*(?:[\s"'\u200b\ufeff]*[=+\-@＝＋－＠]|[\x00-\x1f\x7f-\x9f])""")


def escape_cell(text: str) -> str:
    """The text as a cell may hold it.

    >>> [escape_cell(text) for text in ("=1+1", " -Minus", "'=x", "'s ist so", "1 - 1")]
    ["'=1+1", "' -Minus", "''=x", "'s ist so", '1 - 1']
    """
    if text[:1].isalnum():  # most texts, and no formula
        return text
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_cell(cell: str) -> str:
    """The text that a cell was made of: the inverse of `escape_cell`.

    >>> [unescape_cell(cell) for cell in ("'=1+1", "''=x", "'s ist so")]
    ['=1+1', "'=x", "'s ist so"]
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell
