"""A REFI-QDA project (.qdpx), as MAXQDA, ATLAS.ti, NVivo and QualCoder read it.

By the standard's schema (QDA-XML 1.0, Project.xsd of 18 March 2019). Offsets are code points of the plain
text, half open. QualCoder stops where a selection has no date or two sources have one name, and loses a code
whose name another has: so each has a date, the same, and names are told apart.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from exports.formats.material import Answers, Material
from exports.formats.options import Options
from exports.formats.passages import Coded, Document, by_coder, coded, documents, for_xml, write_import_map
from exports.readers.tools.refi_qda import OWN
from schemas.kinds import KINDS
from schemas.layer import Code, Layer, Target
from schemas.records import UNRELATED

UNTOUCHED = "targets that were asked and are not touched, in which nothing is marked"
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:QDA-XML:project:1.0#standpunkt")
_DATE = "2000-01-01T00:00:00Z"
#: Colours that people with any colour vision tell apart (Okabe and Ito 2008), without black.
_COLORS = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#999999")
_SCHEMA = "urn:QDA-XML:project:1.0 http://schema.qdasoftware.org/versions/Project/v1.0/Project.xsd"

#: Layer, target and code; a group of codes has no code.
Key = tuple[str, str | None, str | None]


class _Node(NamedTuple):
    """A code of the project, or a group of them."""

    key: Key
    name: str
    description: str
    is_code: bool
    children: list["_Node"]


def write(material: Material, folder: Path, options: Options) -> None:
    """``project.qdpx``: codes, users, texts and coded passages; ``import-map.yaml`` for our own import."""
    texts = documents(material)
    write_import_map(folder, dict(_controls(_roots(material), "")))
    with ZipFile(folder / "project.qdpx", "w") as archive:
        with archive.open("project.qde", "w", force_zip64=True) as file:
            for line in _project(material, texts):
                file.write(f"{line}\n".encode())
        for document in texts:
            archive.writestr(f"Sources/{_guid('source', document.name)}.txt", document.text)


def _guid(*words: str | None) -> str:
    return str(uuid.uuid5(_SPACE, "\n".join(word or "" for word in words)))


def _project(material: Material, texts: list[Document]) -> Iterator[str]:
    book = material.codebook
    roots = _roots(material)

    def attribute(words: str) -> str:
        return quoteattr(for_xml(material, words))

    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield (
        f'<Project xmlns="urn:QDA-XML:project:1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{_SCHEMA}" name={attribute(f"{book.codebook} {book.version}")} '
        f'origin="{OWN}" creationDateTime="{_DATE}">'
    )
    yield "<Users>"
    for coder in material.coders:
        yield f'<User guid="{_user(material, coder)}" name={attribute(coder)}/>'
    yield "</Users>"
    if roots:
        yield "<CodeBook><Codes>"
        for n, root in enumerate(roots):
            yield from _code_lines(material, root, n)
        yield "</Codes></CodeBook>"
    yield "<Sources>"
    said, names = material.by_unit(), _source_names(texts)
    material.left_out.pop(UNTOUCHED, None)
    for document in texts:
        guid = _guid("source", document.name)
        yield (
            f'<TextSource guid="{guid}" name={attribute(names[document.name])} '
            f'plainTextPath="internal://{guid}.txt" creationDateTime="{_DATE}">'
        )
        if about := ", ".join(filter(None, (document.commentary.author, document.commentary.date))):
            yield f"<Description>{escape(for_xml(material, about))}</Description>"
        people = by_coder(document, said)
        for start, end, unit in document.passages:
            for coder, rows in people.items():
                if unit and (row := rows.get(unit.sentence_id)):
                    yield from _selection(material, row, coder, start, end)
        yield "</TextSource>"
    yield "</Sources>"
    yield f"<Description>{escape(for_xml(material, book.say(book.description)))}</Description>"
    yield "</Project>"


def _user(material: Material, coder: str) -> str:
    return _guid("user", material.codebook.codebook, coder)


def _code(material: Material, key: Key) -> str:
    return _guid("code", material.codebook.codebook, *key)


def _selection(material: Material, row: Answers, coder: str, start: int, end: int) -> Iterator[str]:
    """What a coder says of a sentence; words are the selection's description, a memo in most programs."""
    answers = list(coded(material, row))
    marks = [one for one in answers if KINDS[one.layer.kind].has_codes and not _is_untouched(one)]
    material.left_out[UNTOUCHED] += sum(map(_is_untouched, answers))
    words = [
        f"{material.codebook.say(one.layer.label)}: {one.code}"
        for one in answers
        if not KINDS[one.layer.kind].has_codes
    ]
    if not marks and not words:
        return
    user = _user(material, coder)
    guid = _guid("selection", row.sentence_id, coder)
    by = f'creatingUser="{user}" creationDateTime="{_DATE}"'
    yield (
        f'<PlainTextSelection guid="{guid}" startPosition="{start}" endPosition="{end}" {by} '
        f'modifyingUser="{user}" modifiedDateTime="{_DATE}">'
    )
    if words:
        yield f"<Description>{escape(for_xml(material, chr(10).join(words)))}</Description>"
    for layer, target, code in marks:
        key = (layer.id, target, code)
        yield (
            f'<Coding guid="{_guid("coding", guid, *key)}" {by}>'
            f'<CodeRef targetGUID="{_code(material, key)}"/></Coding>'
        )
    yield "</PlainTextSelection>"


def _is_untouched(one: Coded) -> bool:
    return one.target is not None and one.code == UNRELATED


# ------------------------------------------------------------------ codes


def _roots(material: Material) -> list[_Node]:
    """A group for each layer that has codes: its codes with those below them, by target where it asks so."""
    book = material.codebook
    layers = [layer for layer in book.layers if KINDS[layer.kind].has_codes]
    roots = []
    for layer in layers:
        if KINDS[layer.kind].by_target:
            below = [_target(material, layer, target) for target in book.targets]
        else:
            below = [_with_children(material, layer, c) for c in layer.codes if c.parent is None]
        name = " ".join(book.say(layer.label).split())
        roots.append(_Node((layer.id, None, None), name, book.say(layer.short), False, below))
    return _told_apart(roots, Counter(_names(roots)), set(), "")


def _target(material: Material, layer: Layer, target: Target) -> _Node:
    book = material.codebook
    below = [
        _Node(
            (layer.id, target.id, code.id),
            f"{target.id}: {book.say(code.label)}",
            book.say({"favor": target.favor_means, "against": target.against_means}.get(code.id, ""))
            or _meaning(material, code),
            True,
            [],
        )
        for code in layer.codes
        if code.id != UNRELATED
    ]
    name = " ".join(book.say(target.question).split())
    return _Node((layer.id, target.id, None), name, target.id, False, below)


def _with_children(material: Material, layer: Layer, code: Code) -> _Node:
    below = [_with_children(material, layer, c) for c in layer.codes if c.parent == code.id]
    name = " ".join(material.codebook.say(code.label).split())
    return _Node((layer.id, None, code.id), name, _meaning(material, code), True, below)


def _meaning(material: Material, code: Code) -> str:
    """What the code means, a line for each use."""
    say = material.codebook.say
    lines = [
        say(code.short),
        *(f"+ {say(words)}" for words in code.use_when),
        *(f"\u2212 {say(words)}" for words in code.avoid_when),
    ]
    return "\n".join(filter(None, lines))


def _names(nodes: list[_Node]) -> Iterator[str]:
    for node in nodes:
        yield node.name
        yield from _names(node.children)


def _told_apart(nodes: list[_Node], times: Mapping[str, int], taken: set[str], layer: str) -> list[_Node]:
    """The nodes with names that no other has: with their layer's behind them, or a number."""
    found = []
    for node in nodes:
        name = f"{node.name} ({layer})" if layer and times[node.name] > 1 else node.name
        plain, number = name, 1
        while name in taken:
            number += 1
            name = f"{plain} {number}"
        taken.add(name)
        children = _told_apart(node.children, times, taken, layer or name)
        found.append(node._replace(name=name, children=children))
    return found


def _controls(nodes: list[_Node], above: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the groups are: a layer, or one target of it, with the codes right and further below."""
    for group in nodes:
        if group.is_code:
            continue
        name, (layer, target, _) = f"{above}{group.name}", group.key
        if codes := {code.name: code.key[2] for code in _codes_below(group)}:
            yield name, {"layer": layer, **({"target": target} if target else {}), "codes": codes}
        yield from _controls(group.children, f"{name}/")


def _codes_below(node: _Node) -> Iterator[_Node]:
    for child in node.children:
        if child.is_code:
            yield child
            yield from _codes_below(child)


def _code_lines(material: Material, node: _Node, color: int) -> Iterator[str]:
    yield (
        f'<Code guid="{_code(material, node.key)}" name={quoteattr(for_xml(material, node.name))} '
        f'isCodable="{str(node.is_code).lower()}" color="{_COLORS[color % len(_COLORS)]}">'
    )
    if node.description:
        yield f"<Description>{escape(for_xml(material, node.description))}</Description>"
    for n, child in enumerate(node.children):
        yield from _code_lines(material, child, n if child.is_code else color)
    yield "</Code>"


def _source_names(texts: list[Document]) -> dict[str, str]:
    """File name of a text → what it is called: its title, with its id where another has that."""
    titles = Counter(document.commentary.title for document in texts)
    return {
        document.name: title
        if (title := document.commentary.title) and titles[title] == 1
        else f"{title} ({document.name})".strip()
        if title
        else document.name
        for document in texts
    }
