"""INCEpTION (and WebAnno): documents of a person each, as UIMA CAS XMI or WebAnno TSV, alone or in archives.

The archive of a project has ``annotation/DOCUMENT/PERSON…`` and ``curation/DOCUMENT/…``, an archive of
`exports.formats` has ``annotators/PERSON/DOCUMENT…``. Whoever has a document there has read all of it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from exports.readers.tools.cas_xmi import read_xmi
from exports.readers.tools.files import FILE_BYTES, Member, Package
from exports.readers.tools.imported import Collector, Mark, Reading, SourceText, Tool
from exports.readers.tools.webanno_tsv import FORMAT, read_tsv
from schemas.errors import DataError
from schemas.files import read_bytes

_TYPES = "TypeSystem.xml"
_XMI = "http://www.omg.org/XMI"  # the namespace, whatever its prefix
#: Not a person's: the state before anybody began, and what a curator made of the others'.
_NOBODY = {"INITIAL_CAS", "CURATION_USER"}
CURATED = "curated documents (decisions, not codings)"


class _Document(NamedTuple):
    title: str
    annotator: str
    text: str
    marks: list[Mark]
    stem: str


def _is_mine(package: Package) -> bool:
    if package.is_archive:
        return bool(package.of_suffix(".xmi") or package.of_suffix(".tsv"))
    head = package.head.decode("utf-8", "replace")
    return head.lstrip("\ufeff").startswith(FORMAT) or _XMI in head or "<typeSystemDescription" in head


def _read(packages: Sequence[Package], into: Collector) -> None:
    given = {place: one for package in packages for place, one in _types(package).items()}
    documents = [
        document
        for package in packages
        for document in _documents(package, {**given, **_types(package)}, into)
    ]
    copies = Counter(document.text for document in documents)
    # whoever marked anything anywhere, was asked everywhere; labels of whole documents only where they stand
    everywhere = tuple(dict.fromkeys(m.question for d in documents for m in d.marks if m.start is not None))
    for document in documents:
        shared = copies[document.text] > 1 and not document.annotator
        annotator = document.stem if shared else document.annotator
        title = "" if shared and document.title == document.stem else document.title
        key = f"{title}\n{document.text}"
        into.add_text(SourceText(key=key, text=document.text, title=title or None))
        asked = tuple(dict.fromkeys([*everywhere, *(mark.question for mark in document.marks)]))
        into.add_reading(Reading(text=key, annotator=annotator, asked=asked, marks=tuple(document.marks)))


def _documents(package: Package, types: Mapping[str, Member], into: Collector) -> Iterator[_Document]:
    for member in package.of_suffix(".xmi", ".tsv") or package.members:
        where = _place_in_project(member)
        if where is not None and where[1] in _NOBODY:
            into.lose(CURATED, where[1] == "CURATION_USER")
            continue
        document = _document(member, types, into)
        if document is None:
            continue
        if not document.text.strip():
            into.lose("texts that are empty")
            continue
        if where is not None:
            document = document._replace(title=where[0], annotator=where[1])
        document = document._replace(annotator=document.annotator or _folder_of_person(member))
        if document.annotator in _NOBODY:
            into.lose(CURATED, document.annotator == "CURATION_USER")
            continue
        yield document


def _document(member: Member, types: Mapping[str, Member], into: Collector) -> _Document | None:
    data = member.read()
    if data[:2000].lstrip(b"\xef\xbb\xbf").startswith(FORMAT.encode()):
        text, marks, lost = read_tsv(member)
        document = _Document(member.stem, "", text, marks, member.stem)
    elif _XMI.encode() in data[:2000]:
        cas = read_xmi(member, types.get(_folder(member)) or next(iter(types.values()), None))
        lost = cas.lost
        document = _Document(cas.title or member.stem, cas.annotator, cas.text, cas.marks, member.stem)
    elif b"<typeSystemDescription" in data[:2000]:
        return None
    else:
        words = "is neither UIMA CAS XMI nor WebAnno TSV 3: export it as one of them"
        raise DataError(words, path=member.place)
    for what, number in lost.items():
        into.lose(what, number)
    return document


def _place_in_project(member: Member) -> tuple[str, str] | None:
    """Document and person, in the archive of a project."""
    parts = PurePosixPath(member.name).parts
    for n, part in enumerate(parts[:-2]):
        if part in ("annotation", "curation"):
            return parts[n + 1], PurePosixPath(parts[n + 2]).stem if n + 3 == len(parts) else parts[n + 2]
    return None


def _folder_of_person(member: Member) -> str:
    """The person whose folder a document stands in, in an archive that Standpunkt exported."""
    *_, above, person, _ = ("", "", *PurePosixPath(member.name).parts)
    return person if above == "annotators" else ""


def _types(package: Package) -> dict[str, Member]:
    """Folder → the type system in it; for a file alone that which lies beside it."""
    found = {
        _folder(member): member for member in package.members if PurePosixPath(member.name).name == _TYPES
    }
    beside = package.path.parent / _TYPES
    if not package.is_archive and beside.is_file():
        found.setdefault(".", Member(_TYPES, str(beside), lambda: read_bytes(beside, at_most=FILE_BYTES)))
    return found


def _folder(member: Member) -> str:
    return str(PurePosixPath(member.name).parent)


INCEPTION = Tool(
    "inception", "INCEpTION", "a document or project as UIMA CAS XMI or WebAnno TSV 3.3", _is_mine, _read
)
