"""Texts in TEI (P4 and P5, also as the DTA and ParlaMint write it): title, author, day and the running text.

A text of a corpus is a commentary, so is an article of a newspaper and a speech of a parliament. Notes,
figures, running heads and page breaks are no part of a text, and hyphens at line ends are undone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from annotate.texts.dates import iso_date, with_iso_date
from annotate.texts.readers.packed import local
from annotate.texts.readers.parts import Part, draft_of, tell_left_out
from annotate.texts.sources import Draft, Reading, Source
from schemas.errors import DataError
from schemas.records import BlockKind

_KINDS: dict[str, BlockKind] = {
    **dict.fromkeys(("head", "speaker"), "title"),
    "item": "list_item",
    **dict.fromkeys(("byline", "dateline", "docAuthor", "docDate", "trailer"), "caption"),
}
_BLOCKS = frozenset(
    ("p", "ab", "l", "seg", "q", "quote", "cit", "label", "salute", "signed", "closer", "opener",
     "postscript", "epigraph", "argument", "titlePart", "desc", *_KINDS)
)  # fmt: skip
_WITHIN = frozenset(("seg", "q", "quote", "cit", "label", "desc", "salute", "signed"))  # where in a paragraph
_LEFT_OUT = {
    "note": "notes",
    "stage": "stage directions and interjections",
    "table": "tables",
    "formula": "formulas",
    **dict.fromkeys(("incident", "kinesic", "vocal"), "stage directions and interjections"),
    **dict.fromkeys(("front", "back"), "parts before or behind the text"),
}
#: Not part of the text either, and nothing that a reader would miss; of two readings the older one.
_UNREAD = frozenset(
    ("fw", "figure", "graphic", "gap", "del", "teiHeader", "orig", "sic", "abbr", "rdg", "linkGrp",
     "milestone", "standOff", "interp", "interpGrp", "media", "facsimile", "surplus", "noteGrp")
)  # fmt: skip
_ALONE = {"orig": "reg", "sic": "corr", "abbr": "expan"}  # read where no other reading stands beside it
_ARTICLE = frozenset(("article", "artikel", "jarticle", "news", "commentary", "kommentar"))
_OF_CHAIR = "speeches of the chair"
_CHAIR = frozenset(("#chair", "presidency", "chair"))
_LINE, _NO_BREAK = "\x1e", "\x1f"  # a line end, and one in a word; no text has them
_BLANK = re.compile(rf"[^\S{_LINE}{_NO_BREAK}]+")
_BREAKS = rf"(?: ?[{_LINE}{_NO_BREAK}])* ?"
#: A hyphen at a line end: in a word; else it parts one before a small letter, but no "und" or the like.
_PARTED = re.compile(
    rf"[-‐¬⸗=\u00ad]? ?{_NO_BREAK}{_BREAKS}|(?<=[^\W\d_])[-‐¬⸗\u00ad] ?{_LINE}{_BREAKS}"
    r"(?=[^\W\d_A-ZÄÖÜ])(?!(?:und|oder|bis|bzw|sowie|noch|als|wie)\b)"
)
_HYPHEN_KEPT = re.compile(rf"(?<=[^\W\d_])([-‐]) ?{_LINE}{_BREAKS}(?=[A-ZÄÖÜ])")  # "Nord-" and "Süd"
_SPACE = re.compile(rf"[ {_LINE}]+")
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


def read_tei(root: Any, source: Source, reading: Reading) -> Iterator[Draft]:
    left_out: Counter[str] = Counter()
    walk = _Walk(left_out)
    people = {person.get(_XML_ID): _name(person) for person in root.iter() if local(person) == "person"}
    found = 0
    for document in root.iter():
        if local(document) not in ("TEI", "TEI.2"):
            continue
        fields = _fields(_first(document, "teiHeader"))
        for text in _texts(document):
            for own, elements in _commentaries(text, people, left_out):
                parts = [part for element in elements for part in walk.parts(element)]
                if not any(part.kind in ("paragraph", "list_item") for part in parts):
                    continue
                found += 1
                named = {name: value for name, value in own.items() if value}
                own_id = named.pop("id", None)
                yield draft_of(parts, source, reading, with_iso_date(fields | named))._replace(own_id=own_id)
    if not found:
        what = (
            "only the chair speaks in it"
            if left_out[_OF_CHAIR]
            else "those of a corpus may be files beside it"
        )
        raise DataError(f"has no text: {what}", path=source.path)
    tell_left_out(reading, source, left_out)
    if found > 1:
        reading.note(source, f"{found} texts, each read as a commentary")
    if walk.joined:
        reading.note(source, f"{walk.joined} words that were parted at line ends are whole in the text")


def _texts(document: Any) -> list[Any]:
    """The texts of a document that hold no others, as those of a group do."""
    texts = [element for element in document.iter() if local(element) == "text"]
    return [text for text in texts if not any(local(inner) == "text" for inner in text.iterdescendants())]


def _commentaries(
    text: Any, people: dict[str, str], left_out: Counter[str]
) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """What a text holds, each with its own fields: speeches, articles, or itself."""
    speeches = [
        element for element in text.iter()
        if local(element) == "u" or (local(element) == "sp" and {"role", "party"} & set(element.attrib))
    ]  # fmt: skip
    articles = [
        element for element in text.iter()
        if _is_article(element) and not any(_is_article(around) for around in element.iterancestors())
    ]  # fmt: skip
    for speech in speeches:
        if _CHAIR & {*speech.get("ana", "").split(), speech.get("role")}:
            left_out[_OF_CHAIR] += 1
        else:
            yield {"author": _speaker(speech, people), "id": speech.get(_XML_ID)}, [speech]
    if speeches:
        return
    if not articles:
        around = [child for child in text if local(child) in ("front", "back")]
        left_out["parts before or behind the text"] += len(around)
        yield {}, [child for child in text if local(child) == "body"]
    for article in articles:
        head, byline = _first(article, "head"), _first(article, "byline")
        author = _words(byline).removeprefix("Von ") if byline is not None else None
        yield {"title": _words(head) if head is not None else None, "author": author}, [article]


def _is_article(element: Any) -> bool:
    return local(element).startswith("div") and element.get("type", "").casefold() in _ARTICLE


def _speaker(speech: Any, people: dict[str, str]) -> str | None:
    """Who speaks: by the list of people in the file, else as the record names them."""
    who = speech.get("who", "").removeprefix("#")
    said = None
    for before in speech.itersiblings(preceding=True):
        if local(before) == "note" and before.get("type") == "speaker":
            said = _words(before).rstrip(":")
        if said or local(before) in ("u", "sp"):
            break
    return people.get(who) or speech.get("name") or said or who or None


def _fields(header: Any) -> dict[str, Any]:
    if header is None:
        return {"author": None, "date": None}
    statement = _first(header, "titleStmt")
    origin = _first(header, "sourceDesc")
    titles = list(_all(statement, "title"))
    mains = [title for title in titles if title.get("type") in (None, "main")] or titles
    kinds = {title.get("type") for title in titles}
    if "sub" in kinds and _first(statement, "meeting") is not None:
        mains = [title for title in titles if title.get("type") == "sub"]  # the main one names the corpus
    authors = [_name(author) for author in _all(statement, "author")]
    journal = next((title for title in _all(origin, "title") if title.get("level") == "j"), None)
    numbers = [number for part in (origin, header) for number in _all(part, "idno")]
    return {
        "title": next((_words(title) for title in mains if _words(title)), None),
        "author": ", ".join(name for name in authors if name) or None,
        "date": _day(header, origin),
        "outlet": _words(journal) if journal is not None else None,
        "url": next((_words(number) for number in numbers if _words(number).startswith("http")), None),
    }


def _day(header: Any, origin: Any) -> str | None:
    """The day of the text itself, else of the electronic edition. A year is no day."""
    creation, setting, edition = (_first(header, n) for n in ("creation", "settingDesc", "publicationStmt"))
    for part in (creation, setting, origin, edition):
        for date in _all(part, "date"):
            for written in (date.get("when"), date.get("from"), date.get("when-iso"), _words(date)):
                if written and (day := iso_date(written)):
                    return day
    return None


def _first(element: Any, name: str) -> Any:
    return next(_all(element, name), None)


def _all(element: Any, name: str) -> Iterator[Any]:
    return (child for child in (element.iter() if element is not None else ()) if local(child) == name)


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _name(element: Any) -> str:
    """A person's name, the forenames first; without them as it is written."""
    given = [_words(child) for child in _all(element, "forename")]
    family = [_words(child) for name in ("nameLink", "surname") for child in _all(element, name)]
    if family:
        return " ".join((*given, *family))
    whole = _first(element, "persName")
    return _words(whole if whole is not None else element)


class _Walk:
    """What is text in an element; counts what it leaves out, and the words it makes whole."""

    def __init__(self, left_out: Counter[str]) -> None:
        self._left_out = left_out
        self.joined = 0

    def parts(self, element: Any, kind: BlockKind = "paragraph") -> Iterator[Part]:
        """Each stretch of words between the beginnings and ends of paragraphs, heads and lines."""
        words: list[str] = []
        for piece in self._pieces(element, kind, in_block=False):
            if isinstance(piece, str):
                words.append(piece)
            else:
                yield from self._part(kind, words)
                words, kind = [], piece.kind
        yield from self._part(kind, words)

    def _part(self, kind: BlockKind, words: Iterable[str]) -> Iterator[Part]:
        text, joined = _PARTED.subn("", _BLANK.sub(" ", "".join(words)))
        text = _HYPHEN_KEPT.sub(r"\1", text)
        self.joined += joined
        text = _SPACE.sub(" ", text).strip()
        if text:
            yield Part(kind, text)

    def _pieces(self, element: Any, kind: BlockKind, *, in_block: bool) -> Iterator[str | Part]:
        """Words, and between them a part without words where the next one begins."""
        yield element.text or ""
        for child in element:
            yield from self._child(child, kind, in_block)
            if child.tail and (child.tail.strip() or not _has_tokens(child)):
                yield child.tail

    def _child(self, child: Any, kind: BlockKind, in_block: bool) -> Iterator[str | Part]:
        name = local(child)
        if name in _LEFT_OUT:
            self._left_out[_LEFT_OUT[name]] += 1
        elif name in ("lb", "pb", "cb"):
            yield _NO_BREAK if child.get("break") == "no" else _LINE
        elif name in ("w", "pc"):
            joins = child.get("join") in ("right", "both") or child.get("rend") == "join-right"
            yield "".join(child.itertext()) + ("" if joins else " ")
        elif not name or (name in _UNREAD and not _is_alone(child)):
            return
        elif name in _BLOCKS and not (in_block and name in _WITHIN):
            inner = _KINDS.get(name, kind)
            yield Part(inner, "")
            yield from self._pieces(child, inner, in_block=True)
            yield Part(kind, "")
        else:
            yield from self._pieces(child, kind, in_block=in_block)


def _has_tokens(element: Any) -> bool:
    """Whether words are elements in it, so that what stands between is only the layout of the file."""
    return next(element.iter("{*}w", "{*}pc"), None) is not None


def _is_alone(element: Any) -> bool:
    """Whether no other reading of an abbreviation and the like stands beside it."""
    other = _ALONE.get(local(element))
    return other is not None and not any(local(child) == other for child in element.getparent())
