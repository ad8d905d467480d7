"""Layers and features of INCEpTION as questions with their answers, from whichever of its formats."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from exports.readers.tools.imported import Mark

_DKPRO = "de.tudarmstadt.ukp.dkpro.core.api."
#: What describes the document and its types, and how it was split: no coding.
_ABOUT = (
    "uima.", "de.tudarmstadt.ukp.clarin.webanno.api.type.", f"{_DKPRO}metadata.",
    f"{_DKPRO}segmentation.type.Token", f"{_DKPRO}segmentation.type.Sentence",
)  # fmt: skip


class Found(NamedTuple):
    """An annotation: its place, and its values in the order of the features; empty where it has none."""

    begin: int
    end: int
    values: Sequence[str]


def is_about_document(type_name: str) -> bool:
    """Whether a type says nothing that somebody coded."""
    return type_name.startswith(_ABOUT)


def is_of_words(type_name: str) -> bool:
    """Whether a type of DKPro's own is about words and their grammar, as all but names are."""
    return type_name.startswith(_DKPRO) and not type_name.startswith(f"{_DKPRO}ner.")


def marks_of(
    type_name: str, features: Sequence[str], found: Iterable[Found], place: Callable[[int], int]
) -> list[Mark]:
    """The answers of a layer: a question for each feature, called as the layer where that has one only.

    An annotation without any value says what its layer is called.
    """
    short = type_name.rpartition(".")[2]
    names = [short if len(features) == 1 else f"{short}.{feature}" for feature in features]
    marks = []
    for one in found:
        start, end = place(one.begin), place(one.end)
        values = [(name, value) for name, value in zip(names, one.values, strict=True) if value]
        for question, value in values or [(short, short)]:
            marks.append(Mark(question=question, value=value, start=start, end=end))
    return marks
