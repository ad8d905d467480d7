"""Where the ids of a codebook went in its next version: by a map, by the same id, by the same label."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from schemas.codebook import Code, Codebook, Layer, Target
from schemas.errors import DataError, near_hit
from schemas.files import decode_utf8, read_bytes
from schemas.records import Record
from schemas.yaml_file import Positions, parse_yaml

Images = tuple[str, ...]
T = TypeVar("T", Layer, Code, Target)


class CodebookMap(Record, frozen=True, kw_only=True):
    """``--map``: old id → new id, or several. A code that moves is written ``layer.code``."""

    layers: dict[str, str | list[str]] = {}
    targets: dict[str, str | list[str]] = {}
    codes: dict[str, dict[str, str | list[str]]] = {}


def read_map(path: str | Path, old: Codebook, new: Codebook) -> CodebookMap:
    """The map of a YAML file, every id of it known to the codebook it stands for.

    An empty list says that an id is removed, whatever labels tell.

    Raises
    ------
    DataError
        Not readable, or the first unknown field or id: with its line and the near hit.
    """
    data, places = parse_yaml(decode_utf8(read_bytes(path), path), path)
    try:
        id_map = msgspec.convert(data, CodebookMap, strict=False)
    except msgspec.ValidationError as error:
        raise DataError(f"not a map of ids: {error}", path=path) from error
    known = [field.name for field in msgspec.structs.fields(CodebookMap)]
    for name in data:
        _known(name, known, "field", path, places, (name,))
    _check_map(id_map, old, new, path, places)
    return id_map


def _check_map(
    id_map: CodebookMap, old: Codebook, new: Codebook, path: str | Path, places: Positions
) -> None:
    olds, news = [layer.id for layer in old.layers], [layer.id for layer in new.layers]
    for field, given, before, now in (
        ("layers", id_map.layers, olds, news),
        ("targets", id_map.targets, old.target_ids, new.target_ids),
    ):
        for name, to in given.items():
            _known(name, before, field[:-1], path, places, (field, name))
            for one in several(to):
                _known(one, now, f"new {field[:-1]}", path, places, (field, name))
    codes = [f"{layer.id}.{code}" for layer in new.layers for code in layer.code_ids]
    plain = [code for layer in new.layers for code in layer.code_ids]
    for layer_id, of in id_map.codes.items():
        _known(layer_id, olds, "layer", path, places, ("codes", layer_id))
        layer = old.layer(layer_id)
        for name, to in of.items():
            place = ("codes", layer_id, name)
            _known(name, layer.code_ids if layer else [], f'code of layer "{layer_id}"', path, places, place)
            for one in several(to):
                _known(one, codes if "." in one else plain, "new code", path, places, place)


def _known(
    name: str, known: Sequence[str], what: str, path: str | Path, places: Positions, place: tuple[str, ...]
) -> None:
    if name not in known:
        line = places.get(place, (1, 1))[0]
        raise DataError(f'unknown {what} "{name}"{near_hit(name, known)}', path=path, line=line)


def id_images(
    old: Sequence[T], new: Sequence[T], given: Mapping[str, str | list[str]],
    old_label: Callable[[T], object], new_label: Callable[[T], object],
) -> tuple[dict[str, Images], set[str]]:  # fmt: skip
    """Old id → new ids, and the old ids whose label told.

    The map counts, then the same id, then an equal label that stands once on each side.
    """
    there = {thing.id for thing in new}
    told_images = {name: several(to) for name, to in given.items()}
    told_images.update(
        {thing.id: (thing.id,) for thing in old if thing.id not in told_images and thing.id in there}
    )
    taken = {name for images in told_images.values() for name in images}
    gone = _unique([thing for thing in old if thing.id not in told_images], old_label)
    come = _unique([thing for thing in new if thing.id not in taken], new_label)
    told = {name: (come[label],) for label, name in gone.items() if label in come}
    told_images.update(told)
    return {thing.id: told_images.get(thing.id, ()) for thing in old}, set(told)


def code_images(
    old: Codebook, new: Codebook, given: CodebookMap, layers: Mapping[str, Images]
) -> tuple[dict[str, dict[str, Images]], set[str]]:
    """Old layer → old code → new ``layer.code``, and the old ``layer.code`` whose label told."""
    images_by_layer: dict[str, dict[str, Images]] = {}
    for layer in old.layers:
        own = [part for name in layers[layer.id] if (part := new.layer(name)) is not None]
        told = given.codes.get(layer.id, {})
        images_by_layer[layer.id] = {
            code.id: tuple(_qualified(name, own) for name in several(told[code.id]))
            if code.id in told
            else tuple(f"{part.id}.{code.id}" for part in own if code.id in part.code_ids)
            for code in layer.codes
        }
    sent = {f"{layer_id}.{code_id}" for layer_id, of in given.codes.items() for code_id in of}
    inferred = _told_codes(old, new, images_by_layer, layers, sent)
    for name, image in inferred.items():
        layer_id, code_id = pair(name)
        images_by_layer[layer_id][code_id] = (image,)
    return images_by_layer, set(inferred)


def _told_codes(
    old: Codebook, new: Codebook, found: Mapping[str, Mapping[str, Images]], layers: Mapping[str, Images],
    sent: Collection[str],
) -> dict[str, str]:  # fmt: skip
    """Where vanished codes went by their labels: within their layer, then with their id to another."""
    taken = {name for of in found.values() for images in of.values() for name in images}
    gone = {
        f"{layer.id}.{code.id}": (layers[layer.id], code.id, old.say(code.label))
        for layer in old.layers
        for code in layer.codes
        if not found[layer.id][code.id] and f"{layer.id}.{code.id}" not in sent
    }
    come = {
        f"{layer.id}.{code.id}": (layer.id, code.id, new.say(code.label))
        for layer in new.layers
        for code in layer.codes
        if f"{layer.id}.{code.id}" not in taken
    }
    told = _pairs(
        {name: (own, label) for name, (own, _, label) in gone.items()},
        {name: ((layer_id,), label) for name, (layer_id, _, label) in come.items()},
    )
    moved = _pairs(
        {name: (code_id, label) for name, (_, code_id, label) in gone.items() if name not in told},
        {n: (code_id, label) for n, (_, code_id, label) in come.items() if n not in told.values()},
    )
    return {**told, **moved}


def _pairs(gone: Mapping[str, object], come: Mapping[str, object]) -> dict[str, str]:
    """Names on both sides whose sign stands once on each."""
    left, right = Counter(gone.values()), Counter(come.values())
    by_sign = {sign: name for name, sign in come.items()}
    return {name: by_sign[sign] for name, sign in gone.items() if left[sign] == 1 and right.get(sign, 0) == 1}


def _unique(things: Sequence[T], label: Callable[[T], object]) -> dict[object, str]:
    labelled = [(label(thing), thing.id) for thing in things]
    counts = Counter(found for found, _ in labelled)
    return {found: name for found, name in labelled if counts[found] == 1}


def layer_label(book: Codebook) -> Callable[[Layer], object]:
    return lambda layer: (layer.kind, book.say(layer.label))


def question(book: Codebook) -> Callable[[Target], object]:
    return lambda target: book.say(target.question)


def _qualified(name: str, own: Sequence[Layer]) -> str:
    """The new ``layer.code`` that the map means: without a layer, one of those the old layer became."""
    if "." in name:
        return name
    layer = next((layer for layer in own if name in layer.code_ids), None)
    if layer is None:
        known = [code for part in own for code in part.code_ids]
        raise DataError(
            f'the map sends a code to "{name}", which its layer has not{near_hit(name, known)}; '
            "to another layer it is layer.code"
        )
    return f"{layer.id}.{name}"


def several(to: str | list[str]) -> Images:
    return (to,) if isinstance(to, str) else tuple(to)


def pair(name: str) -> tuple[str, str]:
    layer, _, code = name.partition(".")
    return layer, code


def turned(pairs: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    inverse: dict[str, list[str]] = {}
    for new, old in pairs:
        inverse.setdefault(new, []).append(old)
    return {new: names[0] if len(names) == 1 else names for new, names in inverse.items()}
