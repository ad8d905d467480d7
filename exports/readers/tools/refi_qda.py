"""REFI-QDA projects (.qdpx), as MAXQDA, ATLAS.ti, NVivo and QualCoder export them: project.qde and sources.

By the standard of 2019 (qdasoftware.org). Only texts are read. A selection counts code points of the plain
text; most programs count a line break of two signs (CR LF) as two, ATLAS.ti as one.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from exports.readers.tools.files import Member, Package, decoded, read_xml
from exports.readers.tools.imported import Collector, Label, Mark, Reading, SourceText, Tool
from schemas.errors import DataError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    Node = Element[str]

#: The question of codes that stand in no group.
CODES = "codes"
#: Who wrote a project, where it was `exports.formats`.
OWN = "Standpunkt"
_INTERNAL = "internal://"
#: Elements that are not taken over: tag → what is lost.
_LOST = {
    "Note": "notes and memos",
    "Case": "cases",
    "Link": "links",
    "Set": "sets",
    "Variable": "variables",
    "PDFSelection": "codings of places on a page of a PDF",
    "PictureSource": "sources that are no text",
    "AudioSource": "sources that are no text",
    "VideoSource": "sources that are no text",
}
OUTSIDE = "texts that are not in the archive"
NOT_CODED = (
    "texts in which somebody coded nothing, taken as not coded by them (--blank-is-none: as coded with none)"
)


class _Code(NamedTuple):
    """A code: the question it answers, its value, and its words."""

    question: str
    label: Label
    is_group: bool


class _Selection(NamedTuple):
    start: int | None
    end: int | None
    name: str
    code: str
    user: str
    at: str


def _is_mine(package: Package) -> bool:
    return package.is_archive and bool(package.of_suffix(".qde"))


def _read(packages: Sequence[Package], into: Collector) -> None:
    for package in packages:
        projects = package.of_suffix(".qde")
        if len(projects) != 1:
            words = f"has {len(projects)} project files (.qde), expected one: export the project as .qdpx"
            raise DataError(words, path=package.path)
        (project,) = projects
        root = read_xml(project.read(), project.place)
        if _tag(root) != "Project":
            raise DataError(f"found <{_tag(root)}>, expected <Project> of REFI-QDA", path=project.place)
        _read_project(root, package, into)


class _Coded(NamedTuple):
    """A text, what each person marked in it, and when they did last."""

    key: str
    marks: dict[str, list[Mark]]
    last: dict[str, str]


def _read_project(root: "Node", package: Package, into: Collector) -> None:
    users, codes = _users(root), _codes(root)
    for node in root.iter():
        if what := _LOST.get(_tag(node)):
            into.lose(what)
    files = {PurePosixPath(member.name).name: member for member in package.members}
    breaks_are_one = "atlas" in (root.get("origin") or "").lower()
    used: set[str] = set()
    texts: list[_Coded] = []
    for source, name in _texts(root):
        raw = _raw_text(source, files, into)
        if raw is None:
            continue
        selections = list(_selections(source, into))
        text = raw.replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip():
            into.lose("texts that are empty")
            continue
        key = f"{name}\n{source.get('guid')}"
        into.add_text(SourceText(key=key, text=text, title=name or None))
        place = _places(raw, text, selections, breaks_are_one)
        coded = _Coded(key, {}, {})
        for one in selections:
            code = codes.get(one.code)
            if code is None:
                into.lose("codings with a code that the codebook has not")
                continue
            used.add(one.code)
            user = users.get(one.user, "")
            start, end = (None if n is None else place(n) for n in (one.start, one.end))
            mark = Mark(question=code.question, value=code.label.value, start=start, end=end)
            coded.marks.setdefault(user, []).append(mark)
            coded.last[user] = max(coded.last.get(user, ""), one.at)
        texts.append(coded)
    for guid, code in codes.items():
        if guid in used or not code.is_group:
            into.add_question(code.question, code.label)
    _add_readings(texts, into)


def _add_readings(texts: Sequence[_Coded], into: Collector) -> None:
    """Whoever coded anything in a text has read all of it, for every code that is given to parts of texts."""
    marks = [mark for text in texts for found in text.marks.values() for mark in found]
    everywhere = [mark.question for mark in marks if mark.start is not None]
    people = dict.fromkeys(user for text in texts for user in text.marks)
    for text in texts:
        for user in people:
            if user not in text.marks and not into.blank_is_none:
                into.lose(NOT_CODED)
                continue
            found = text.marks.get(user, [])
            asked = dict.fromkeys([*everywhere, *(mark.question for mark in found)])
            at = text.last.get(user) or None
            into.add_reading(
                Reading(text=text.key, annotator=user, asked=tuple(asked), marks=tuple(found), at=at)
            )


def _users(root: "Node") -> dict[str, str]:
    """GUID → name; of two users of one name the second is another person all the same."""
    users: dict[str, str] = {}
    for user in _every(root, "User"):
        name = user.get("name") or user.get("id") or "user"
        again = sum(other == name or other.startswith(f"{name} ") for other in users.values())
        users[_get(user, "guid")] = f"{name} {again + 1}" if name in users.values() else name
    return users


# ------------------------------------------------------------------ codes


def _codes(root: "Node") -> dict[str, _Code]:
    """GUID → code. A code that has others in it is a question; where it was given itself, an answer too.

    In a project of our own groups in a group are questions as well: the targets of a stance.
    """
    is_own = root.get("origin") == OWN
    found: dict[str, tuple[list[str], list[str], Node]] = {}
    waiting: list[tuple[list[str], list[str], Node]] = [
        ([], [], node) for book in _every(root, "CodeBook") for node in _children_codes(book)
    ]
    while waiting:  # no recursion: nobody knows how deep a file goes
        path, question, node = waiting.pop(0)
        here = [*path, " ".join((node.get("name") or "?").split())]
        if not path or (is_own and question == path and node.get("isCodable") == "false"):
            question = here
        found[_get(node, "guid")] = (here, question, node)
        waiting += [(here, question, child) for child in _children_codes(node)]
    groups = {path[0] for path, _, _ in found.values() if len(path) > 1}
    leaves = Counter(path[-1] for path, _, _ in found.values())
    values = {
        "/".join(path): path[-1] if leaves[path[-1]] == 1 else "/".join(path) for path, _, _ in found.values()
    }
    codes = {}
    for guid, (path, question, node) in found.items():
        label = Label(
            value=values["/".join(path)],
            label=path[-1],
            short=next((child.text or "" for child in node if _tag(child) == "Description"), ""),
            parent=values.get("/".join(path[:-1])) if len(path) > len(question) + 1 else None,
        )
        is_grouped = path[0] in groups
        codes[guid] = _Code(
            "/".join(question) if is_grouped else CODES, label, is_grouped and path == question
        )
    return codes


def _children_codes(node: "Node") -> list["Node"]:
    """The codes right below, whatever they are wrapped in."""
    children: list[Node] = []
    for child in node:
        if _tag(child) == "Code":
            children.append(child)
        elif _tag(child) in ("Codes", "SubCodes"):
            children += [code for code in child if _tag(code) == "Code"]
    return children


# ------------------------------------------------------------------ sources and selections


def _texts(root: "Node") -> Iterator[tuple["Node", str]]:
    """The texts with their names: sources, the plain text of PDFs, transcripts."""
    for node in root.iter():
        if _tag(node) == "TextSource":
            yield node, node.get("name") or ""
        elif _tag(node) in ("PDFSource", "AudioSource", "VideoSource"):
            for child in node:
                if _tag(child) in ("Representation", "Transcript"):
                    yield child, node.get("name") or child.get("name") or ""


def _raw_text(source: "Node", files: Mapping[str, Member], into: Collector) -> str | None:
    """The plain text as it is counted; None where it is not in the archive."""
    for child in source:
        if _tag(child) == "PlainTextContent":
            return child.text or ""
    path = source.get("plainTextPath") or ""
    name = PurePosixPath(path.removeprefix(_INTERNAL).replace("\\", "/")).name
    if name not in files or "://" in path.removeprefix(_INTERNAL):
        into.lose(OUTSIDE)
        return None
    return decoded(files[name])


def _selections(source: "Node", into: Collector) -> Iterator[_Selection]:
    """The codings of a source: of its parts, and of it as a whole."""
    for node in source:
        tag = _tag(node)
        if tag == "Coding":
            yield from _codings(node, None, None, "")
        elif tag == "PlainTextSelection":
            start, end = _number(node, "startPosition"), _number(node, "endPosition")
            codings = [child for child in node if _tag(child) == "Coding"]
            into.lose(
                "memos of marked parts", sum(_tag(child) in ("Description", "NoteRef") for child in node)
            )
            into.lose("marked parts without a code", not codings)
            if start is None or end is None or end <= start:
                into.lose("marked parts without a place", len(codings))
                continue
            for coding in codings:
                yield from _codings(coding, start, end, node.get("name") or "", node)
        elif tag == "TranscriptSelection":
            into.lose("codings of times in a recording")


def _codings(
    coding: "Node", start: int | None, end: int | None, name: str, selection: "Node | None" = None
) -> Iterator[_Selection]:
    outer = selection if selection is not None else coding
    user = coding.get("creatingUser") or outer.get("creatingUser") or outer.get("modifyingUser") or ""
    at = coding.get("creationDateTime") or outer.get("creationDateTime") or ""
    for child in coding:
        if _tag(child) == "CodeRef":
            code = (child.get("targetGUID") or "").lower()
            yield _Selection(start, end, name, code, user.lower(), at)


def _places(
    raw: str, text: str, selections: Sequence[_Selection], breaks_are_one: bool
) -> Callable[[int], int]:
    """From a place as the program counts to one in the text, where every line break is one sign.

    Where selections are called by their words, those decide how line breaks were counted.
    """
    breaks = [n for n, sign in enumerate(raw) if sign == "\r" and raw.startswith("\n", n + 1)]
    if not breaks:
        return lambda place: place

    def two(place: int) -> int:
        return place - bisect_left(breaks, place)

    def one(place: int) -> int:
        return place

    named = [(s.start, _flat(s.name[:10])) for s in selections if s.start is not None and len(s.name) > 3]

    def fitting(place: Callable[[int], int]) -> int:
        return sum(_flat(text[place(start) :][: len(head)]) == head for start, head in named)

    first, second = (one, two) if breaks_are_one else (two, one)
    return second if fitting(second) > fitting(first) else first


def _flat(text: str) -> str:
    """Text with spaces for any white space, sign by sign."""
    return "".join(" " if sign.isspace() else sign for sign in text)


# ------------------------------------------------------------------ XML


def _tag(node: "Node") -> str:
    """The name of an element without its namespace: versions of the standard have different ones."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _every(root: "Node", tag: str) -> Iterator["Node"]:
    return (node for node in root.iter() if _tag(node) == tag)


def _get(node: "Node", name: str) -> str:
    return (node.get(name) or "").lower()


def _number(node: "Node", name: str) -> int | None:
    words = node.get(name) or ""
    return int(words) if words.isdecimal() and len(words) < 10 else None


REFI_QDA = Tool(
    "refi-qda", "REFI-QDA (MAXQDA, ATLAS.ti, NVivo, QualCoder)", "the project as .qdpx", _is_mine, _read
)
