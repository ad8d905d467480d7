"""UIMA CAS XMI, as INCEpTION writes it beside a TypeSystem.xml, by dkpro-cassis (extra ``inception``)."""

import warnings
from collections import Counter, defaultdict
from functools import lru_cache
from typing import Any, NamedTuple

from exports.readers.tools.files import Member, xml_text
from exports.readers.tools.imported import Mark
from exports.readers.tools.layers import Found, is_about_document, is_of_words, marks_of
from exports.readers.tools.webanno_tsv import LINKS
from schemas.errors import DataError, install_line

_METADATA = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData"
_ANNOTATION_FEATURES = {"sofa", "begin", "end"}


class Cas(NamedTuple):
    """A document, who annotated it and what it is called where it says so, and what is not taken over."""

    text: str
    title: str
    annotator: str
    marks: list[Mark]
    lost: Counter[str]


def read_xmi(member: Member, typesystem: Member | None) -> Cas:
    """What one person annotated in one document.

    Raises
    ------
    DataError
        dkpro-cassis is not installed, the types are missing, or it is no CAS.
    """
    cas = load_cas(member, typesystem)
    text = cas.sofa_string or ""
    title = annotator = ""
    lost: Counter[str] = Counter()
    by_type: defaultdict[str, list[Any]] = defaultdict(list)
    for one in cas.select_all_fs():
        by_type[one.type.name].append(one)
        if one.type.name == _METADATA:
            title, annotator = str(one.documentTitle or ""), str(one.documentId or "")
    marks: list[Mark] = []
    for name, found in sorted(by_type.items()):
        features = [f.name for f in found[0].type.all_features if f.name not in _ANNOTATION_FEATURES]
        short = name.rpartition(".")[2]
        if {"Governor", "Dependent"} <= {*features}:
            lost["relations between spans"] += len(found)
        elif {"first", "next"} & {*features}:
            lost["chains"] += len(found)
        elif is_of_words(name) and not is_about_document(name):
            lost[f"annotations of words: {short}"] += len(found)
        elif not is_about_document(name):
            marks += _marks(name, features, found, text, lost)
    return Cas(text, title, annotator, marks, lost)


def _marks(name: str, features: list[str], found: list[Any], text: str, lost: Counter[str]) -> list[Mark]:
    """The answers of a layer; without a place they are of the whole document."""
    parts: list[Found] = []
    whole: list[Found] = []
    for one in found:
        values = [_words(getattr(one, feature, None)) for feature in features]
        lost[LINKS] += sum(value is None for value in values)
        words = [value or "" for value in values]
        begin, end = getattr(one, "begin", None), getattr(one, "end", None)
        if begin is None or end is None:
            whole.append(Found(0, len(text), words))
        else:
            parts.append(Found(begin, end, words))
    of_document = marks_of(name, features, whole, int)
    return [
        *marks_of(name, features, parts, int),
        *(Mark(question=mark.question, value=mark.value) for mark in of_document),
    ]


def _words(value: Any) -> str | None:
    """The words of a feature; None where it leads to other annotations."""
    if value is None or isinstance(value, str):
        return value or ""
    return (
        str(value).lower()
        if isinstance(value, bool)
        else str(value)
        if isinstance(value, int | float)
        else None
    )


def load_cas(member: Member, typesystem: Member | None) -> Any:
    """The CAS of dkpro-cassis; offsets in it are code points.

    Raises
    ------
    DataError
        As `read_xmi`; its cause is the ImportError where dkpro-cassis is not installed.
    """
    try:
        from cassis import load_cas_from_xmi
        from cassis.typesystem import TypeNotFoundError
    except ImportError as error:
        words = f"UIMA CAS XMI needs dkpro-cassis ({error}): {install_line('dkpro-cassis')}"
        raise DataError(words, path=member.place) from error
    xmi = xml_text(member.read(), member.place)
    types = xml_text(typesystem.read(), typesystem.place) if typesystem else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return load_cas_from_xmi(xmi, typesystem=_type_system(types))
        except TypeNotFoundError as error:
            words = f"no TypeSystem.xml names its types ({_line(error)}): import the archive of the export"
            raise DataError(words, path=member.place) from error
        except Exception as error:  # whatever a damaged or hostile file makes lxml and cassis raise
            raise DataError(f"is no UIMA CAS XMI: {_line(error)}", path=member.place) from error


@lru_cache(maxsize=16)
def _type_system(xml: str | None) -> Any:
    """The types; the documents of a project share them, and to read them takes longer than a document.

    INCEpTION describes them anew for each layer and feature it asks for.
    """
    from cassis import TypeSystem, load_typesystem

    return load_typesystem(xml) if xml else TypeSystem()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
