"""Label Studio results of an old codebook → the same in the new one: ticks under their new controls.

What was entered is moved, not read and written anew: a result that breaks a rule, or is half done,
stays what it was. Foreign items are left as they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from schemas.codebook import NO_TARGET, Codebook, Layer
from schemas.kinds import KINDS
from schemas.labeling import labeling_config
from schemas.records import UNRELATED
from schemas.studio_json import control_name, control_names, read_result, to_result
from schemas.versions.rows import Migration, Rewritten

Item = dict[str, Any]
#: Behind the id of a code that was split: no code is called so, so a reading never takes it for one.
SPLIT_MARK = "?"


def migrate_result(migration: Migration, result: Sequence[Item]) -> tuple[list[Item], dict[str, str]]:
    """A result in the new codebook, and what of it is open.

    An open layer loses its ticks, so that it is asked again. Only a set that need not be answered
    keeps them, a split code with a mark behind it: without any tick it would say "none of them".
    """
    ours = {n for n, item in enumerate(result) if _is_ours(item, migration.old)}
    done = migration.layers(read_result([result[n] for n in sorted(ours)], migration.old).layers)
    moved: dict[str, Item] = {}
    order: list[Item | str] = []
    for n, item in enumerate(result):
        if n not in ours:
            order.append(item)
            continue
        for name, key, value in _places(migration, item, done):
            if name not in moved:
                order.append(name)
            _add(moved, name, item, key, value)
    results = [moved[item] if isinstance(item, str) else item for item in order]
    return results + _no_target_ticks(migration, moved, done), done.open


def _is_ours(item: Any, codebook: Codebook) -> bool:
    """Whether an item is a tick or words of a control of the codebook, in the shape it gives them."""
    if not isinstance(item, dict) or not isinstance(item.get("value"), dict):
        return False
    layer = codebook.layer(str(item.get("from_name")).partition("__")[0])
    known = layer is not None and item.get("from_name") in set(control_names(codebook))
    return known and layer is not None and KINDS[layer.kind].item_key in item["value"]


def transitional_config(goal: Codebook, held: Codebook) -> str:
    """The screen of one codebook that still has the controls of another, hidden.

    Label Studio refuses a screen without a control that has annotations or drafts, so this one is
    set before they are moved.
    """
    root = ET.fromstring(labeling_config(goal))
    hidden = ET.SubElement(root, "View", style="display: none")
    there = set(control_names(goal))
    for name in control_names(held):
        layer = held.layer(name.partition("__")[0])
        if name not in there and layer is not None:
            KINDS[layer.kind].draw_hidden(hidden, layer, name)
    return ET.tostring(root, encoding="unicode")


def _places(migration: Migration, item: Item, done: Rewritten) -> Iterator[tuple[str, str, list[str]]]:
    """The controls that an item's values belong to now, with the values under their new names."""
    layer_id, _, target = str(item["from_name"]).partition("__")
    layer = migration.old.layer(layer_id)
    value = item["value"]
    assert layer is not None  # its control is one of the codebook's
    kind = KINDS[layer.kind]
    if not kind.has_codes:
        for name in migration.diff.layers[layer_id]:
            if _takes(migration, name, layer, done):
                yield name, kind.item_key, list(_listed(value.get(kind.item_key)))
        return
    for code in _listed(value.get("choices")):
        for name, new_code in _codes(migration, layer, code):
            if _takes(migration, name, layer, done):
                for control in _new_controls(migration, name, target):
                    yield control, "choices", [new_code]


def _codes(migration: Migration, layer: Layer, code: str) -> list[tuple[str, str]]:
    """The new layers and codes of a tick; one that the old codebook does not know stays as it is."""
    images = migration.diff.code_images(layer.id, code)
    if not images and code not in layer.code_ids:
        return [(name, code) for name in migration.diff.layers[layer.id]]
    names = [name for name, _ in images]
    split = sorted({name for name in names if names.count(name) > 1})
    whole = [(name, new) for name, new in images if name not in split]
    return whole + [(name, code + SPLIT_MARK) for name in split]


def _new_controls(migration: Migration, layer_id: str, target: str) -> list[str]:
    layer = migration.new.layer(layer_id)
    if not target:
        return [layer_id]
    if target == NO_TARGET:
        return [control_name(layer_id, NO_TARGET)] if layer and layer.no_target else []
    return [control_name(layer_id, name) for name in migration.diff.targets.get(target, ())]


def _takes(migration: Migration, name: str, source: Layer, done: Rewritten) -> bool:
    """Whether ticks of an old layer may stand in a new one: kinds that fit, and nothing open in it."""
    layer = migration.new.layer(name)
    if layer is None or source not in migration.feeding(name):
        return False
    return name not in done.open_layers or (KINDS[layer.kind].several and not layer.required)


def _no_target_ticks(migration: Migration, moved: Mapping[str, Item], done: Rewritten) -> list[Item]:
    """The tick "no target" where the only targets that were touched are gone."""
    ticked = {name.partition("__")[0] for name in moved}
    lost = {
        name: value
        for name, value in done.whole.items()
        if name not in ticked and _touches_nothing(migration.new, name, value)
    }
    return to_result(lost, migration.new)


def _touches_nothing(codebook: Codebook, layer_id: str, value: Any) -> bool:
    layer = codebook.layer(layer_id)
    return layer is not None and KINDS[layer.kind].by_target and set(value.values()) == {UNRELATED}


def _add(moved: dict[str, Item], name: str, item: Item, key: str, values: Iterable[str]) -> None:
    """Puts values under a control, beside those that are there."""
    there = moved.get(name)
    before = _listed(there["value"][key]) if there else []
    together = [*before, *(value for value in values if value not in before)]
    rest = {k: v for k, v in item["value"].items() if k != key}
    # a slider holds its number alone, all else lists
    value = together if isinstance(item["value"][key], list) or len(together) > 1 else together[0]
    moved[name] = {**(there or item), "from_name": name, "value": {**rest, key: value}}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
