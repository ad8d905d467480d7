"""What Standpunkt wrote beside texts: a folder of both is read as the texts alone."""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from exports.tables.rows_parquet import PLAN

#: In the head of each page.
GENERATOR = "Standpunkt"
#: What is written while a file is not finished, beside it; SQLite adds endings of its own.
UNFINISHED = ".unfinished.sqlite"

_HEAD = 4096
#: How pages, tables, and rows of sentences, predictions, gold and summaries begin, by the ending of the file.
_BEGINS = {
    ".html": re.compile(
        rb'<!DOCTYPE html>\s*<html[^>]*>\s*<head><meta name="generator" content="%s">' % GENERATOR.encode()
    ),
    ".csv": re.compile(rb"(?:\xef\xbb\xbf)?sentence_id[,;]commentary_id[,;]"),
    ".jsonl": re.compile(
        rb'\{"sentence_id":"[^"]*","commentary_id":"|\{"commentary_id":"[^"]*","title":.*?,"voices":\{'
    ),
}


def without_own(files: Iterable[Path]) -> list[Path]:
    """The files of a folder but those that are known by their names or first bytes to be written by us."""
    found = list(files)
    lean = {file.parent for file in found if file.name == PLAN}
    return [file for file in found if file.parent not in lean and not _is_own(file)]


def _is_own(file: Path) -> bool:
    if UNFINISHED in file.name:
        return True
    begins = _BEGINS.get(file.suffix.lower())
    if begins is None or not file.is_file():
        return False
    with suppress(OSError), file.open("rb") as opened:
        return begins.match(opened.read(_HEAD)) is not None
    return False
