"""The codebook: the one YAML file from which screen, guidelines, checks and classes come."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from schemas.errors import DataError, near_hit
from schemas.files import decode_utf8, read_bytes
from schemas.kinds import KINDS
from schemas.layer import NAME, NO_TARGET, Code, Example, Layer, NoTarget, Target, TargetType, Text
from schemas.records import Record
from schemas.schemes import SCHEMES
from schemas.yaml_file import Place, Positions, Problem, fit, nearest, scan_yaml

__all__ = ["NAME", "NO_TARGET", "Code", "Example", "Layer", "NoTarget", "Target", "TargetType", "Text"]

#: What works as a key of a choice, on a German keyboard too: "ß" would be read as "s".
KEY = re.compile(r"(shift\+[a-z]|[a-z0-9])")
#: What Label Studio binds itself on the coding screen.
STUDIO_KEYS = (
    "enter", "escape", "space", "backspace", "delete", "ctrl+enter", "ctrl+space", "ctrl+z", "ctrl+shift+z",
    "ctrl+backspace", "ctrl+h", "ctrl+d", "alt+h", "alt+l", "alt+m", "alt+r", "alt+.", "shift+up",
    "shift+down", "shift+left", "shift+right",
)  # fmt: skip
#: Codes of the shipped stance layers: a target may have keys for all, those of its layer are used.
STANCE_CODES = ("favor", "against", "open", "balanced", "unclear")

#: Keys of a task's data: a layer of that name would share a column with it in flat exports.
TASK_FIELDS = (
    "sentence_id", "commentary_id", "text", "before", "after", "title", "author", "date",
    "codebook_version", "note",
)  # fmt: skip
#: Columns that Label Studio's own flat exports add beside the task's data and the controls.
STUDIO_FIELDS = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time")
MAX_BYTES = 1_000_000  # seven times the largest that ships; a second to read


class Rule(Record, frozen=True, kw_only=True):
    """A rule of the guidelines for sentences that are hard."""

    id: str
    title: Text
    text: Text
    examples: list[Example] = []


class Codebook(Record, frozen=True, kw_only=True):
    """``schemes`` are the names that ``maps`` may use, beside those of `schemas.schemes`."""

    codebook: str
    version: str
    language: str
    title: Text = ""
    description: Text = ""
    targets: list[Target] = []
    layers: list[Layer] = []
    rules: list[Rule] = []
    schemes: dict[str, list[str]] = {}

    def layer(self, layer_id: str) -> Layer | None:
        return next((layer for layer in self.layers if layer.id == layer_id), None)

    def target(self, target_id: str) -> Target | None:
        return next((target for target in self.targets if target.id == target_id), None)

    @property
    def target_ids(self) -> list[str]:
        return [target.id for target in self.targets]

    @property
    def predicted_layers(self) -> list[Layer]:
        return [layer for layer in self.layers if layer.is_predicted]

    def questions(self) -> dict[str, Any]:
        """What is asked, and how answers are called, without guidelines: a codebook again when read."""
        layers = [
            {"id": layer.id, "kind": layer.kind, "label": layer.label, "predict": layer.predict,
             "exclusive": layer.exclusive, "codes": [{"id": c.id, "label": c.label} for c in layer.codes]}
            for layer in self.layers
        ]  # fmt: skip
        targets = [{"id": target.id, "question": target.question} for target in self.targets]
        facts = {"codebook": self.codebook, "version": self.version, "language": self.language}
        return {**facts, "layers": layers, "targets": targets}

    def say(self, text: Text) -> str:
        """Words in the codebook's language, or in the first one there is."""
        if isinstance(text, str):
            return text
        return text.get(self.language) or next(iter(text.values()), "")

    def layer_label(self, layer_id: str) -> str:
        """What a layer is called; its id where there is none."""
        layer = self.layer(layer_id)
        return self.say(layer.label) if layer else layer_id

    def code_label(self, layer_id: str, code_id: str) -> str:
        """What a code of a layer is called; its id where there is none."""
        layer = self.layer(layer_id)
        labels = {code.id: self.say(code.label) for code in layer.codes} if layer else {}
        return labels.get(code_id, code_id)

    def question(self, target_id: str) -> str:
        """What is asked of a target; its id where there is none."""
        target = self.target(target_id)
        return self.say(target.question) if target else target_id


class Examined(NamedTuple):
    """A file that is YAML: its codebook as far as it goes, what is amiss, and where things stand."""

    codebook: Codebook
    problems: list[Problem]
    places: Positions


def load_codebook(path: str | Path) -> Codebook:
    """The codebook of a file, once it has no error.

    Raises
    ------
    DataError
        The file cannot be read, or has errors: the first with its line, and how many more.
    """
    examined = examine_codebook(path)
    errors = sorted(
        (nearest(examined.places, at), words) for level, at, words in examined.problems if level == "error"
    )
    if errors:
        (line, column), message = errors[0]
        more = f" (and {len(errors) - 1} more: standpunkt codebook lint)" if len(errors) > 1 else ""
        raise DataError(f"column {column}: {message}{more}", path=path, line=line, column=column)
    return examined.codebook


def examine_codebook(path: str | Path) -> Examined:
    """All errors of a file, of form and of meaning, and the fields nobody knows.

    Raises
    ------
    DataError
        The file cannot be read, is too long, or is no YAML.
    """
    try:
        return _examined(_text(path), frozenset(KINDS))
    except DataError as error:
        raise DataError(error.message, path=path, line=error.line, column=error.column) from error


@lru_cache(maxsize=8)  # verbs, pages and the backend ask for the same codebook again and again
def _examined(text: str, kinds: frozenset[str]) -> Examined:
    """Of the text of a file, where there are these kinds of layers."""
    data, places, refused, aliased = scan_yaml(text, "")
    fitted, misfitting = fit(data, Codebook, ignored=("licence", "license"))
    codebook, unknown = _known_kinds(msgspec.convert(fitted, Codebook))
    problems: list[Problem] = [("error", place, words) for place, words in refused]
    misfitting += [problem for problem in unknown if problem[1] not in {place for _, place, _ in misfitting}]
    problems += [problem for problem in misfitting if problem[1] not in aliased]
    misfits = aliased | {place for level, place, _ in misfitting if level == "error"}
    # whether a layer of an unknown kind needs codes is not known either
    misfits |= {(*place[:2], "codes") for _, place, _ in unknown if not codebook.layers[int(place[1])].codes}
    for level, place, words in _errors(codebook):
        # what was blank for lack of a fitting value is not told twice
        if not any(place[:n] in misfits for n in range(len(place) + 1)):
            problems.append((level, place, words))
    return Examined(codebook, problems, places)


def _known_kinds(book: Codebook) -> tuple[Codebook, list[Problem]]:
    """The codebook with a kind that there is for every layer, and what was in its place."""
    problems: list[Problem] = []
    layers = []
    for n, layer in enumerate(book.layers):
        if layer.kind not in KINDS:
            expected = ", ".join(sorted(KINDS)) + near_hit(layer.kind, sorted(KINDS))
            kind = f'"{layer.kind}"' if layer.kind else "nothing"
            problems.append(("error", ("layers", n, "kind"), f'"kind": found {kind}, expected {expected}'))
        layers.append(layer if layer.kind in KINDS else msgspec.structs.replace(layer, kind="one"))
    return msgspec.structs.replace(book, layers=layers), problems


def _text(path: str | Path) -> str:
    with suppress(OSError):
        _refuse_length(Path(path).stat().st_size, path)
    data = read_bytes(path)
    _refuse_length(len(data), path)
    text = decode_utf8(data, path)
    if not text.strip():
        raise DataError("is empty, expected a codebook", path=path)
    return text


def _refuse_length(size: int, path: str | Path) -> None:
    if size > MAX_BYTES:
        raise DataError(
            f"{size:,} bytes is too long for a codebook; expected at most {MAX_BYTES:,}", path=path
        )


def _errors(book: Codebook) -> Iterator[Problem]:
    if not book.layers and not book.targets:
        yield "error", (), "neither layers nor targets: expected at least one of them"
    yield from _duplicates("layer", [layer.id for layer in book.layers], "layers")
    yield from _duplicates("target", book.target_ids, "targets")
    for t, target in enumerate(book.targets):
        yield from _target_errors(book, target, ("targets", t))
    for n, layer in enumerate(book.layers):
        yield from _layer_errors(book, layer, ("layers", n))
    yield from _key_errors(book)


def _target_errors(book: Codebook, target: Target, place: Place) -> Iterator[Problem]:
    yield from _bad_id(target.id, (*place, "id"), "target")
    if target.id == NO_TARGET:
        yield "error", (*place, "id"), f'the id "{NO_TARGET}" is the tick beside the targets: choose another'
    yield from _blank(book, target.question, (*place, "question"))
    stance = [code for layer in book.layers if KINDS[layer.kind].by_target for code in layer.code_ids]
    known = dict.fromkeys([*stance, *STANCE_CODES])
    for code_id in target.keys:
        if code_id not in known:
            yield "error", (*place, "keys", code_id), f'unknown code "{code_id}"{near_hit(code_id, known)}'


def _layer_errors(book: Codebook, layer: Layer, place: Place) -> Iterator[Problem]:
    yield from _bad_id(layer.id, (*place, "id"), "layer")
    yield from _blank(book, layer.label, (*place, "label"))
    if layer.id in TASK_FIELDS or layer.id in STUDIO_FIELDS:
        yield "error", (*place, "id"), f'the id "{layer.id}" is a field of every task: choose another'
    if not KINDS[layer.kind].has_codes:
        return
    if not layer.codes:
        yield "error", (*place, "codes"), f'layer "{layer.id}" of kind {layer.kind} has no codes'
    yield from _duplicates("code", layer.code_ids, *place, "codes", of=f' of layer "{layer.id}"')
    for c in range(len(layer.codes)):
        yield from _code_errors(book, layer, c, (*place, "codes", c))
    for e, name in enumerate(layer.exclusive):
        if name not in layer.code_ids:
            yield "error", (*place, "exclusive", e), f'unknown code "{name}"{near_hit(name, layer.code_ids)}'


def _code_errors(book: Codebook, layer: Layer, c: int, here: Place) -> Iterator[Problem]:
    code = layer.codes[c]
    if problem := KINDS[layer.kind].code_id_problem(code.id, c + 1):
        yield "error", (*here, "id"), problem
    yield from _blank(book, code.label, (*here, "label"))
    if code.parent is not None and code.parent not in layer.code_ids:
        hit = near_hit(code.parent, layer.code_ids)
        yield "error", (*here, "parent"), f'unknown parent "{code.parent}"{hit}'
    elif code.id in layer.parents(code.id):
        yield "error", (*here, "parent"), f'code "{code.id}" is its own ancestor'
    yield from _map_errors(book, code, (*here, "maps"))


def _map_errors(book: Codebook, code: Code, place: Place) -> Iterator[Problem]:
    schemes = {**SCHEMES, **book.schemes}
    for scheme, names in code.maps.items():
        if scheme not in schemes:
            hit = near_hit(scheme, schemes) or "; name its codes under `schemes:`"
            yield "error", (*place, scheme), f'unknown scheme "{scheme}"{hit}'
            continue
        for name in [names] if isinstance(names, str) else names:
            if schemes[scheme] and name not in schemes[scheme]:
                hit = near_hit(name, schemes[scheme])
                yield "error", (*place, scheme), f'scheme "{scheme}" has no "{name}"{hit}'


def _key_errors(book: Codebook) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for place, key, owner in screen_keys(book):
        if key in STUDIO_KEYS:
            yield (
                "error",
                place,
                f'key "{key}" is Label Studio\'s own: choose one of a-z, 0-9, shift+a … shift+z',
            )
        elif not KEY.fullmatch(key):
            yield "error", place, f'key "{key}": expected one of a-z, 0-9, shift+a … shift+z'
        elif key in taken:
            yield "error", place, f'key "{key}" of {owner} is already the key of {taken[key]}'
        else:
            taken[key] = owner


def screen_keys(book: Codebook) -> Iterator[tuple[Place, str, str]]:
    """The place, the key and the owner of every key on the rendered screen."""
    stance = [layer for layer in book.layers if KINDS[layer.kind].by_target]
    for n, layer in enumerate(book.layers):
        if KINDS[layer.kind].by_target:
            if layer.no_target and layer.no_target.key is not None:
                yield ("layers", n, "no_target", "key"), layer.no_target.key, f"{layer.id}: {NO_TARGET}"
            continue  # its codes have a key a target, in the target's own `keys`
        for c, code in enumerate(layer.codes):
            if code.key is not None:
                yield ("layers", n, "codes", c, "key"), code.key, f"{layer.id}: {code.id}"
    for t, target in enumerate(book.targets):
        place: Place = ("targets", t, "keys")
        for layer in stance:
            for code_id, key in target.keys.items():
                if code_id in layer.code_ids:
                    yield (*place, code_id), key, f"{target.id}: {code_id}"
        if not stance:  # targets alone: a key may serve two codes of which no layer has both
            for key, code_id in {key: code_id for code_id, key in target.keys.items()}.items():
                yield (*place, code_id), key, f"{target.id}: {code_id}"


def _duplicates(what: str, ids: list[str], *place: str | int, of: str = "") -> Iterator[Problem]:
    counts = Counter(ids)
    for n, name in enumerate(ids):
        if name and counts[name] > 1 and name in ids[:n]:
            yield "error", (*place, n, "id"), f'two {what}s{of} have the id "{name}"'


def _bad_id(name: str, place: Place, what: str) -> Iterator[Problem]:
    if not NAME.fullmatch(name) or "__" in name:
        yield "error", place, f'{what} id "{name}": expected a-z, then a-z, 0-9 and _, without __'


def _blank(book: Codebook, text: Text, place: Place) -> Iterator[Problem]:
    if not book.say(text).strip():
        yield "error", place, f'"{place[-1]}" is empty'
