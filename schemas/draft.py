"""A codebook and a map of a project made by hand, drafted from its labeling config.

The draft says what the screen asks; what its codes mean is for people to write.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from schemas.codebook import NAME, STUDIO_FIELDS, TASK_FIELDS
from schemas.errors import DataError
from schemas.files import decode_utf8, read_bytes
from schemas.records import Record, slug
from schemas.studio_json import PATH

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: What holds a text that can be coded.
TEXT_TAGS = ("Text", "HyperText", "Markdown")
#: The most steps of a number that are a scale; beyond, it is words.
MAX_STEPS = 20
WHERE = "in Label Studio under Settings → Labeling Interface → Code"


class Draft(Record, frozen=True, kw_only=True):
    """``codebook`` and ``map`` as texts of their files.

    ``layers`` is control → the layer it became, ``unread`` control → why it is left out.
    """

    codebook: str
    map: str
    layers: dict[str, str]
    unread: dict[str, str]


class _Drafted(Record, frozen=True, kw_only=True):
    """A layer as codebook.yaml has it, and the codes of the values that are stored."""

    layer: dict[str, Any]
    codes: dict[str, str] = {}


def read_config(path: str | Path) -> str | None:
    """The labeling config of a file: XML, or the JSON of a project that holds it; None where it is neither.

    Raises
    ------
    DataError
        The file cannot be read.
    """
    data = read_bytes(path)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return decode_utf8(data, path).strip()
    try:
        held = msgspec.json.decode(data)
    except (ValueError, RecursionError):  # a DecodeError of msgspec is a ValueError
        return None
    config = held.get("label_config") if isinstance(held, dict) else None
    return config if isinstance(config, str) else None


def draft(config: str, name: str, *, path: str | Path | None = None) -> Draft:
    """The codebook, called ``name``, and the map of a labeling config; ``path`` is said in errors.

    Raises
    ------
    DataError
        It is no XML, has no text to be coded, or no control that can be read.
    """
    return draft_of(parsed_config(config, path), name, path=path)


def draft_of(
    root: "Element",
    name: str,
    *,
    path: str | Path | None = None,
    fields: Mapping[str, str] | None = None,
    head: str = "",
) -> Draft:
    """As `draft`, of a config that was parsed or guessed.

    Parameters
    ----------
    fields
        For the map: what of ``sentence_id`` and ``commentary_id`` is which field of the tasks.
    head
        Lines that both files begin with.
    """
    headers = _headers(root)
    layers: list[dict[str, Any]] = []
    controls: dict[str, Any] = {}
    unread: dict[str, str] = {}
    ids = _Ids({*TASK_FIELDS, *STUDIO_FIELDS})
    for element in root.iter():
        control = element.get("name")
        if not control or not element.get("toName"):
            continue
        drafted = None
        if control not in controls and control not in unread and element.tag in DRAFTERS:
            drafted = DRAFTERS[element.tag](element)
        if drafted is None:
            unread.setdefault(control, _reason(element))
            continue
        layer_id = ids.new(control, "layer")
        required = {"required": True} if element.get("required") == "true" else {}
        label = headers.get(element) or control.strip() or layer_id
        layers.append({"id": layer_id, "label": label, **required, **drafted.layer})
        controls[control] = {"layer": layer_id, **({"codes": drafted.codes} if drafted.codes else {})}
    if not layers:
        found = ", ".join(f"{control} ({why})" for control, why in unread.items()) or "none"
        raise DataError(
            f"no control that can be read; found {found}, expected {', '.join(DRAFTERS)}", path=path
        )
    book = {"codebook": slug(name) or "draft", "version": "1.0.0", "language": "de", "layers": layers}
    ignore = {"ignore": list(unread)} if unread else {}
    project_map = {
        "text": _text_field(root, controls, path), **(fields or {}), "controls": controls, **ignore,
    }  # fmt: skip
    return Draft(
        codebook=head + CODEBOOK_HEAD + _yaml(book),
        map=head + MAP_HEAD + _yaml(project_map),
        layers={control: str(mapped["layer"]) for control, mapped in controls.items()},
        unread=unread,
    )


CODEBOOK_HEAD = """\
# A draft of what the screen asks. Write a rule for each code (short: …); `standpunkt codebook lint`
# says what else is missing. A control that asks for or against something can become a stance:
# docs/codebook.md.
"""
MAP_HEAD = """\
# What the controls of the project stand for. Add annotators: {1: anna, 2: ben} (Label Studio's user
# ids), and commentary_id: FIELD if a field of the tasks says of which text a sentence is.
"""


def _yaml(value: Any) -> str:
    text: str = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=100)
    return text


def parsed_config(config: str, path: str | Path | None) -> "Element":
    """The root of a labeling config; a DataError where it is no XML."""
    from xml.etree import ElementTree as ET

    if "<!DOCTYPE" in config or "<!ENTITY" in config:
        raise DataError("has a DOCTYPE, which no labeling config has", path=path)
    try:
        return ET.fromstring(config)
    except ET.ParseError as error:
        raise DataError(f"not XML: {error}; expected a labeling config, {WHERE}", path=path) from error


def _headers(root: "Element") -> "dict[Element, str]":
    """Control → the words that stand before it in the same box."""
    found = {}
    for parent in root.iter():
        words = ""
        for element in parent:
            if element.tag == "Header":
                words = " ".join((element.get("value") or "").split())
            elif element.get("toName"):
                if words and "$" not in words:
                    found[element] = words
                words = ""
    return found


def _reason(element: "Element") -> str:
    if element.tag in ("Choices", "Taxonomy"):
        return f"{element.tag} whose choices stand elsewhere"
    return element.tag


def _text_field(root: "Element", controls: Iterable[str], path: str | Path | None) -> str:
    """The field of a task with the text that most controls are for."""
    known = set(controls)
    named = Counter(
        name
        for element in root.iter()
        if element.get("name") in known
        for name in (element.get("toName") or "").split(",")
    )
    objects = {element.get("name"): element for element in root.iter() if not element.get("toName")}
    for name, _ in named.most_common():
        shown = objects.get(name)
        field = re.fullmatch(r"\$(\w+)", (shown.get("value") or "") if shown is not None else "")
        if shown is not None and shown.tag in TEXT_TAGS and field:
            return field[1]
    found = ", ".join(f"{one.tag} {name}" for name, one in objects.items() if name) or "none"
    tags = ", ".join(f"<{tag}>" for tag in TEXT_TAGS)
    raise DataError(
        f"no text that is coded; found {found}, expected {tags} with a field of the task", path=path
    )


class _Ids:
    """Ids for names of whatever kind, each once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def new(self, name: str, what: str) -> str:
        """An id that is like the name; where that cannot be, one that says ``what`` it is."""
        plain = slug(name).replace("-", "_")
        if not NAME.fullmatch(plain):
            plain = f"{what}_{plain}".rstrip("_")
        found, number = plain, 1
        while found in self._taken:
            number += 1
            found = f"{plain}_{number}"
        self._taken.add(found)
        return found


def _stored(choice: "Element") -> str:
    return (choice.get("alias") or choice.get("value") or "").strip()


def _shown(choice: "Element") -> str:
    return (choice.get("value") or choice.get("alias") or "").strip()


def _choices(element: "Element") -> _Drafted | None:
    choices = {_stored(choice): choice for choice in element.iter("Choice") if _stored(choice)}
    if not choices:
        return None
    ids = _Ids()
    codes = {stored: ids.new(stored, "code") for stored in choices}
    # a passage has one answer, the sentence around several passages can have several
    several = element.get("choice") == "multiple" or element.get("perRegion") == "true"
    listed = [
        {"id": codes[stored], "label": _shown(choice), **_short(choice)} for stored, choice in choices.items()
    ]
    return _Drafted(layer={"kind": "set" if several else "one", "codes": listed}, codes=codes)


def _short(choice: "Element") -> dict[str, str]:
    hint = " ".join((choice.get("hint") or "").split())
    return {"short": hint} if hint else {}


def _taxonomy(element: "Element") -> _Drafted | None:
    nodes = list(_nodes(element, ()))
    if not nodes:
        return None
    leaves = Counter(path[-1] for path, _ in nodes)
    ids = _Ids()
    codes: dict[tuple[str, ...], str] = {}
    listed = []
    for path, choice in nodes:
        alone = leaves[path[-1]] == 1
        codes[path] = ids.new(path[-1] if alone else " ".join(reversed(path)), "code")
        label = _shown(choice) if alone else f"{_shown(choice)} ({PATH.join(path[:-1]) or 'oben'})"
        parent = {"parent": codes[path[:-1]]} if len(path) > 1 else {}
        listed.append({"id": codes[path], "label": label, **parent, **_short(choice)})
    return _Drafted(
        layer={"kind": "set", "codes": listed},
        codes={PATH.join(path): code for path, code in codes.items()},
    )


def _nodes(element: "Element", above: tuple[str, ...]) -> "Iterator[tuple[tuple[str, ...], Element]]":
    """The paths of a taxonomy, a group before what is in it, each once."""
    seen = set()
    for choice in element.findall("Choice"):
        path = (*above, _stored(choice))
        if _stored(choice) and path not in seen:
            seen.add(path)
            yield path, choice
            yield from _nodes(choice, path)


def _scale(steps: int) -> _Drafted:
    return _Drafted(
        layer={"kind": "scale", "codes": [{"id": str(n), "label": str(n)} for n in range(1, steps + 1)]}
    )


def _rating(element: "Element") -> _Drafted:
    return _scale(_whole(element.get("maxRating")) or 5)


def _number(element: "Element") -> _Drafted:
    steps = _whole(element.get("max"))
    is_scale = element.get("min") == "1" and element.get("step") in (None, "1")
    return _scale(steps) if is_scale and steps and steps <= MAX_STEPS else _words(element)


def _whole(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"[0-9]{1,3}", text) else 0


def _words(element: "Element") -> _Drafted:
    return _Drafted(layer={"kind": "text"})


#: Tag of a control → what a layer it makes; None where its choices are not in the config.
DRAFTERS: "dict[str, Callable[[Element], _Drafted | None]]" = {
    "Choices": _choices,
    "Taxonomy": _taxonomy,
    "Rating": _rating,
    "Number": _number,
    "TextArea": _words,
}
