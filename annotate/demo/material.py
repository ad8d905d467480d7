"""What the demo ships: pieces written for this project, coded twice; see docs/demo-data.md."""

import importlib.resources
from pathlib import Path

from schemas.files import write_text
from schemas.jsonl import read_jsonl
from schemas.records import Layers, Record

ANNOTATORS = ("anna", "ben")
CODEBOOK, TARGETS = "kommentar-core", "ziele-demo"
#: Pieces whose codings never arrive, so that the model meets texts nobody has coded.
HELD_OUT = (
    "tausch-ist-das-falsche-wort-d57064",
    "die-leere-strasse-um-vier-uhr-frueh-f61de3",
    "zwischen-schliessfach-und-freiem-lauf-1358be",
)
#: A file with nothing but one of them.
UNCODED_FILE = "smartphone-6.txt"


class Coding(Record, frozen=True, kw_only=True):
    """One annotator's coding of a sentence. ``stance`` holds the touched targets only."""

    sentence_id: str
    layers: Layers


def copy_commentaries(folder: Path) -> None:
    """Puts the pieces that ship into a study's folder; a file that is there is left alone."""
    for source in sorted(_shipped("commentaries").iterdir(), key=lambda entry: entry.name):
        if source.name.endswith(".txt") and not (folder / source.name).exists():
            write_text(folder / source.name, source.read_text("utf-8"))


def codings(annotator: str) -> dict[str, Coding]:
    """An annotator's codings by sentence."""
    with importlib.resources.as_file(_shipped(f"codings-{annotator}.jsonl")) as path:
        return {row.sentence_id: row for row in read_jsonl(path, Coding)}


def _shipped(name: str) -> "importlib.resources.abc.Traversable":
    return importlib.resources.files("annotate.demo").joinpath(name)
