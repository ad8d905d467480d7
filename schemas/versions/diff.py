"""Two versions of a codebook → what changed, where each id went, and the version step it asks for.

An id that vanishes is removed and one that appears is added, unless a map says where it went, or
its label (of a target: its question) stands once among the vanished and once among the appeared.
A list in the map is a split. The result also says what of the old ids lives on under which name;
`schemas.versions.rows` rewrites rows by it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from schemas.codebook import Code, Codebook, Layer
from schemas.errors import DataError
from schemas.records import UNRELATED, Record
from schemas.versions.id_map import (
    CodebookMap,
    Images,
    code_images,
    id_images,
    layer_label,
    pair,
    question,
    turned,
)

Step = Literal["none", "patch", "minor", "major", "back"]
What = Literal["renamed", "added", "removed", "split", "merged", "moved", "changed", "reworded"]
Of = Literal["codebook", "layer", "code", "target", "rule"]

RANK: dict[Step, int] = {"back": -1, "none": 0, "patch": 1, "minor": 2, "major": 3}
VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
#: Fields that say what is asked or may be answered: all others are words, keys and order.
_MEANING = ("kind", "exclusive", "type")
_ASKED = ("required", "predict", "no_target")
_PARTS = ("id", "codes", "parent", "layers", "targets", "rules", "codebook", "version")


class Change(Record, frozen=True, kw_only=True):
    """One thing that changed. A code is named ``layer.code``; ``inferred`` from an equal label."""

    what: What
    of: Of
    old: list[str] = []
    new: list[str] = []
    fields: list[str] = []
    inferred: bool = False

    @property
    def step(self) -> Step:
        """The version step this asks for: MAJOR meaning, MINOR new code, PATCH wording."""
        if self.of == "rule" or self.what == "reworded":
            return "patch"
        if self.what == "added" or (self.what == "changed" and not set(self.fields) & set(_MEANING)):
            return "minor"
        return "major"

    def __str__(self) -> str:
        name = " ".join(part for part in (self.what, "" if self.of == "codebook" else self.of) if part)
        arrow = " → " if self.old and self.new and self.old != self.new else ""
        ids = ", ".join(self.old) + (arrow + ", ".join(self.new) if arrow or not self.old else "")
        fields = f" ({', '.join(self.fields)})" if self.fields else ""
        return f"{name} {ids}{fields}" + (", told by its label" if self.inferred else "")


class CodebookDiff(Record, frozen=True, kw_only=True):
    """What changed, and where every old id went: to none, one or several new ones.

    ``codes`` holds old layer → old code → new ``layer.code``; several of them in one layer are a
    split. ``asks_for`` is the least step the changes allow, ``step`` the one the versions make.
    """

    codebook: str
    old_codebook: str
    old_version: str
    version: str
    asks_for: Step
    step: Step
    changes: list[Change]
    layers: dict[str, Images]
    targets: dict[str, Images]
    codes: dict[str, dict[str, Images]]

    def code_images(self, layer_id: str, code_id: str) -> list[tuple[str, str]]:
        """The new layers and codes that an old code lives on in; ``unrelated`` is never renamed."""
        images = self.codes.get(layer_id, {}).get(code_id)
        if images is None and code_id == UNRELATED:
            return [(name, UNRELATED) for name in self.layers.get(layer_id, ())]
        return [pair(name) for name in images or ()]


def compare(old: Codebook, new: Codebook, given: CodebookMap | None = None) -> CodebookDiff:
    """What changed from one version of a codebook to another.

    Raises
    ------
    DataError
        A version that is not three numbers.
    """
    given = given or CodebookMap()
    layers, told_layers = id_images(old.layers, new.layers, given.layers, layer_label(old), layer_label(new))
    targets, told_targets = id_images(old.targets, new.targets, given.targets, question(old), question(new))
    codes, told_codes = code_images(old, new, given, layers)
    changes = [
        *_book_changes(old, new),
        *_id_changes("layer", layers, [layer.id for layer in new.layers], told_layers),
        *_layer_fields(old, new, layers, codes),
        *_code_changes(old, new, layers, codes, told_codes),
        *_id_changes("target", targets, new.target_ids, told_targets),
        *_target_fields(old, new, targets),
        *_rule_changes(old, new),
    ]
    return CodebookDiff(
        codebook=new.codebook, old_codebook=old.codebook, old_version=old.version, version=new.version,
        asks_for=max((change.step for change in changes), key=RANK.__getitem__, default="none"),
        step=_step(old, new), changes=changes, layers=layers, targets=targets, codes=codes,
    )  # fmt: skip


def inverted(diff: CodebookDiff) -> CodebookMap:
    """The map back: a rename turned round, a merge as a split, a split as a merge."""
    codes: dict[str, dict[str, str | list[str]]] = {}
    pairs = [
        (new, f"{layer}.{code}") for layer, of in diff.codes.items() for code, n in of.items() for new in n
    ]
    for name, back in turned(pairs).items():
        layer, code = pair(name)
        codes.setdefault(layer, {})[code] = back
    return CodebookMap(
        layers=turned((new, name) for name, images in diff.layers.items() for new in images),
        targets=turned((new, name) for name, images in diff.targets.items() for new in images),
        codes=codes,
    )


def check_step(diff: CodebookDiff, path: str | Path | None = None) -> None:
    """Refuses a version step that is smaller than the changes ask for.

    A greater one is right where a new wording changed the meaning. Another codebook's name starts
    a count of its own.

    Raises
    ------
    DataError
        Names the version found, the least one expected and the first change that asks for it.
    """
    if diff.codebook != diff.old_codebook or RANK[diff.step] >= RANK[diff.asks_for]:
        return
    reasons = [change for change in diff.changes if change.step == diff.asks_for]
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    raise DataError(
        f"version {diff.version} after {diff.old_version} is {_STEP_WORDS[diff.step]}; expected at least "
        f"{_next(diff.old_version, diff.asks_for)}, a {diff.asks_for} step: {reasons[0]}{more}",
        path=path,
    )


_STEP_WORDS: dict[Step, str] = {
    "back": "a step back", "none": "no step", "patch": "a patch step", "minor": "a minor step",
    "major": "a major step",
}  # fmt: skip


def _id_changes(
    of: Of, images: Mapping[str, Images], new: Sequence[str], inferred: set[str]
) -> Iterator[Change]:
    """What happened to ids, told from where each went."""
    sources: dict[str, list[str]] = {}
    for name, to in images.items():
        for one in to:
            sources.setdefault(one, []).append(name)
    merged: set[str] = set()
    for name, to in images.items():
        if not to:
            yield Change(what="removed", of=of, old=[name])
        elif len(to) > 1:
            yield Change(what="split", of=of, old=[name], new=list(to))
        elif len(sources[to[0]]) > 1:
            if to[0] not in merged:
                merged.add(to[0])
                yield Change(what="merged", of=of, old=sources[to[0]], new=[to[0]])
        elif to[0] != name:
            yield Change(what="renamed", of=of, old=[name], new=[to[0]], inferred=name in inferred)
    for name in new:
        if name not in sources:
            yield Change(what="added", of=of, new=[name])


def _code_changes(
    old: Codebook, new: Codebook, layers: Mapping[str, Images], codes: Mapping[str, Mapping[str, Images]],
    inferred: set[str],
) -> Iterator[Change]:  # fmt: skip
    """Renamed, added, removed, split, merged, moved and reworded codes."""
    images = {f"{layer}.{code}": to for layer, of in codes.items() for code, to in of.items()}
    known = [f"{layer.id}.{code.id}" for layer in new.layers for code in layer.codes]
    gone = {layer.id for layer in old.layers if not layers[layer.id]}
    come = {name for images in layers.values() for name in images}
    for change in _id_changes("code", images, known, inferred):
        if change.what == "removed" and pair(change.old[0])[0] in gone:
            continue  # said of its layer
        if change.what == "added" and pair(change.new[0])[0] not in come:
            continue
        if change.what == "renamed":
            (before, name), (after, now) = pair(change.old[0]), pair(change.new[0])
            if after not in layers[before]:
                yield msgspec.structs.replace(change, what="moved")
                continue
            if name == now:
                continue  # its layer was renamed
        yield change
    yield from _code_fields(old, new, images)


def _code_fields(old: Codebook, new: Codebook, images: Mapping[str, Images]) -> Iterator[Change]:
    for layer in old.layers:
        for code in layer.codes:
            name = f"{layer.id}.{code.id}"
            if not (image := _heir(name, images)):
                continue
            now = _found(new, image)
            before = images.get(f"{layer.id}.{code.parent}", ()) if code.parent else ()
            if [pair(parent)[1] for parent in before] != ([now.parent] if now.parent else []):
                yield Change(what="moved", of="code", old=[name], new=[image], fields=["parent"])
            yield from _fields("code", name, image, code, now)
        yield from _order(layer, new, images)


def _order(layer: Layer, new: Codebook, images: Mapping[str, Images]) -> Iterator[Change]:
    """A new order of the same codes: at a tie the one further down counts, so it is said."""
    went = [images[f"{layer.id}.{code}"] for code in layer.code_ids]
    kept = [to[0] for to in went if len(to) == 1]
    place = {f"{other.id}.{code}": n for other in new.layers for n, code in enumerate(other.code_ids)}
    here = [name for name in kept if pair(name)[0] == pair(kept[0])[0]]
    if [place[name] for name in here] != sorted(place[name] for name in here):
        yield Change(what="reworded", of="layer", old=[layer.id], new=[layer.id], fields=["order of codes"])


def _layer_fields(
    old: Codebook, new: Codebook, layers: Mapping[str, Images], codes: Mapping[str, Mapping[str, Images]]
) -> Iterator[Change]:
    for layer in old.layers:
        now = new.layer(_heir(layer.id, layers))
        if now is None:
            continue
        alone = {pair(name)[1] for code in layer.exclusive for name in codes[layer.id].get(code, ())}
        same = (
            msgspec.structs.replace(layer, exclusive=now.exclusive) if alone == set(now.exclusive) else layer
        )
        yield from _fields("layer", layer.id, now.id, same, now)


def _target_fields(old: Codebook, new: Codebook, targets: Mapping[str, Images]) -> Iterator[Change]:
    for target in old.targets:
        now = new.target(_heir(target.id, targets))
        if now is not None:
            yield from _fields("target", target.id, now.id, target, now)


def _rule_changes(old: Codebook, new: Codebook) -> Iterator[Change]:
    now = {rule.id: rule for rule in new.rules}
    before = {rule.id for rule in old.rules}
    for rule in old.rules:
        if rule.id not in now:
            yield Change(what="removed", of="rule", old=[rule.id])
        else:
            yield from _fields("rule", rule.id, rule.id, rule, now[rule.id])
    yield from (Change(what="added", of="rule", new=[name]) for name in now if name not in before)


def _book_changes(old: Codebook, new: Codebook) -> Iterator[Change]:
    if old.codebook != new.codebook:
        yield Change(what="renamed", of="codebook", old=[old.codebook], new=[new.codebook])
    yield from _fields("codebook", old.codebook, new.codebook, old, new)


def _fields(of: Of, name: str, now: str, old: Any, new: Any) -> Iterator[Change]:
    """A change for the fields that say something else, and one for those that say it otherwise."""
    names = [f.name for f in msgspec.structs.fields(old) if f.name not in _PARTS]
    other = [field for field in names if getattr(old, field) != getattr(new, field)]
    asks = [f for f in other if f in _MEANING or (f in _ASKED and _asks(old, f) != _asks(new, f))]
    words = [field for field in other if field not in asks]
    if asks:
        yield Change(what="changed", of=of, old=[name], new=[now], fields=asks)
    if words:
        yield Change(what="reworded", of=of, old=[name], new=[now], fields=words)


def _asks(thing: Any, field: str) -> bool:
    return bool(getattr(thing, field))  # a "no target" tick with another label asks the same


def _heir(name: str, images: Mapping[str, Images]) -> str:
    """The id to compare with: of several that became one, only with that which kept its name."""
    image = images[name][0] if len(images[name]) == 1 else ""
    alone = sum(image in to for to in images.values()) == 1
    return image if alone or image == name else ""


def _found(book: Codebook, name: str) -> Code:
    layer_id, code_id = pair(name)
    layer = book.layer(layer_id)
    assert layer is not None
    return next(code for code in layer.codes if code.id == code_id)


def _step(old: Codebook, new: Codebook) -> Step:
    before, now = _numbers(old), _numbers(new)
    if now < before:
        return "back"
    names: tuple[Step, ...] = ("major", "minor", "patch")
    return next((name for name, a, b in zip(names, before, now, strict=True) if a != b), "none")


def _numbers(book: Codebook) -> tuple[int, ...]:
    match = VERSION.fullmatch(book.version)
    if match is None:
        raise DataError(
            f'version "{book.version}" of the codebook {book.codebook}: expected three numbers, such as 1.0.0'
        )
    return tuple(int(part) for part in match.groups())


def _next(version: str, step: Step) -> str:
    major, minor, patch = (int(part) for part in version.split("."))
    return {
        "major": f"{major + 1}.0.0",
        "minor": f"{major}.{minor + 1}.0",
        "patch": f"{major}.{minor}.{patch + 1}",
    }[step]
