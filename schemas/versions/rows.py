"""Rows of an old codebook → the same in the new one, by their `CodebookDiff`.

What a diff cannot decide is left out as *not coded* and named, for a person to look at again: a
code that was split or removed, two codes or targets that became one and contradict each other. A
target that was not asked stays not asked.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from schemas.codebook import Codebook, Layer
from schemas.kinds import KINDS, fits
from schemas.records import (
    Annotation,
    GoldSentence,
    Layers,
    Record,
    SuggestionSnapshot,
)
from schemas.studio_json import control_name
from schemas.versions.diff import CodebookDiff

Distribution = dict[str, float | dict[str, float]]  # code → share, or target → code → share


class Rewritten(Record, frozen=True, kw_only=True):
    """Layers in the new codebook; ``open`` says of a layer or control why it is left out."""

    layers: Layers
    open: dict[str, str] = {}

    @property
    def open_layers(self) -> set[str]:
        return {place.partition("__")[0] for place in self.open}

    @property
    def whole(self) -> Layers:
        """The layers without those that are open in any part."""
        return {name: value for name, value in self.layers.items() if name not in self.open_layers}


class AskedScope(Record, frozen=True, kw_only=True):
    """Which layers and targets a coder had before their eyes."""

    layers: list[str]
    targets: list[str]


class Migration:
    """One step from a codebook to the next, as it rewrites layers and rows."""

    def __init__(self, old: Codebook, new: Codebook, diff: CodebookDiff) -> None:
        self.old, self.new, self.diff = old, new, diff
        self._feeds = {layer.id: _feeding(layer, old, diff) for layer in new.layers}

    def feeding(self, layer_id: str) -> list[Layer]:
        """The old layers that a new one has its values from."""
        return self._feeds[layer_id]

    def layers(self, layers: Layers) -> Rewritten:
        """The layers of a row, and what of them is open.

        A stance layer keeps the targets that are decided; a layer that was not coded stays away.
        """
        moved: Layers = {}
        left: dict[str, str] = {}
        for layer in self.new.layers:
            before = {
                old.id: layers[old.id]
                for old in self._feeds[layer.id]
                if old.id in layers and fits(old, layers[old.id])
            }
            for old in self.old.layers:
                if layer.id in self.diff.layers[old.id] and old.id in layers and old.id not in before:
                    left[layer.id] = f"{old.id} was of kind {old.kind}, {layer.id} is of kind {layer.kind}"
            value = KINDS[layer.kind].migrate(layer, before, self, left)
            if value is not None:
                moved[layer.id] = value
        return Rewritten(layers=moved, open=left)

    def annotation(self, row: Annotation) -> tuple[Annotation, dict[str, str]]:
        """A row of ``annotations.jsonl``, and what of it is open: those layers are left out whole."""
        done = self.layers(row.layers)
        incomplete = {name for old in row.incomplete for name in self.diff.layers.get(old, ())}
        names = [
            x.id for x in self.new.layers if x.id in incomplete | done.open_layers and x.id not in done.whole
        ]
        return msgspec.structs.replace(
            row,
            codebook=self.new.codebook,
            codebook_version=self.new.version,
            layers=done.whole,
            incomplete=names,
            suggested=self._suggested(row.suggested),
        ), done.open

    def gold(self, row: GoldSentence) -> tuple[GoldSentence, dict[str, str]]:
        """A row of ``gold.jsonl``, and what of it is open: a target alone, where only that is."""
        done = self.layers(row.layers)
        undecided = {name for old in row.undecided for name in self._places(old)} | set(done.open)
        support = {
            images[0]: row.support[name]
            for name, images in self.diff.layers.items()
            if name in row.support and len(images) == 1 and len(self._feeds[images[0]]) == 1
        }
        return msgspec.structs.replace(
            row,
            layers={name: value for name, value in done.layers.items() if name not in done.open},
            undecided=[place for place in self._all_places() if place in undecided],
            support={layer.id: support[layer.id] for layer in self.new.layers if layer.id in support},
            probabilities=self._probabilities(row.probabilities),
        ), done.open

    def asked(self, before: AskedScope) -> AskedScope:
        """What of the new codebook a coder was asked who was asked this of the old one."""
        layers = [
            layer.id
            for layer in self.new.layers
            if (feeds := self._feeds[layer.id]) and any(old.id in before.layers for old in feeds)
        ]
        sources: dict[str, list[str]] = {}
        for name, images in self.diff.targets.items():
            for image in images:
                sources.setdefault(image, []).append(name)
        targets = [
            name
            for name in self.new.target_ids
            if name in sources and all(old in before.targets for old in sources[name])
        ]
        return AskedScope(layers=layers, targets=targets)

    # ------------------------------------------------------------------ what a kind of layer asks

    @property
    def new_targets(self) -> list[str]:
        return self.new.target_ids

    @property
    def target_images(self) -> Mapping[str, Sequence[str]]:
        return self.diff.targets

    def code_images(self, layer_id: str, code: str) -> Sequence[tuple[str, str]]:
        return self.diff.code_images(layer_id, code)

    def origins(self, layer: Layer) -> list[str]:
        """The old layers that became this one; the others that feed it gave it a code."""
        return [old.id for old in self._feeds[layer.id] if layer.id in self.diff.layers[old.id]]

    def feeds(self, layer: Layer) -> list[str]:
        return [old.id for old in self._feeds[layer.id]]

    def _suggested(self, suggested: SuggestionSnapshot | None) -> SuggestionSnapshot | None:
        if suggested is None:
            return None
        return msgspec.structs.replace(
            suggested,
            layers=self.layers(suggested.layers).whole,
            touched=[place for name in suggested.touched for place in self._places(name)],
            from_author=[place for name in suggested.from_author for place in self._places(name)],
        )

    # ------------------------------------------------------------------ gold

    def _places(self, old: str) -> list[str]:
        """Where a layer, or a target of one, that was undecided stands now."""
        layer_id, _, target = old.partition("__")
        targets = self.diff.targets.get(target, ()) if target else ("",)
        return [control_name(name, t or None) for name in self.diff.layers.get(layer_id, ()) for t in targets]

    def _all_places(self) -> list[str]:
        targets = ["", *self.new.target_ids]
        return [control_name(x.id, t or None) for x in self.new.layers for t in targets]

    def _probabilities(self, given: Mapping[str, Distribution]) -> dict[str, Distribution]:
        """Shares under their new codes, added up where codes were merged; an unclear layer has none."""
        moved_shares: dict[str, Distribution] = {}
        for layer in self.new.layers:
            feeds = self._feeds[layer.id]
            shares = given.get(feeds[0].id) if len(feeds) == 1 else None
            moved = self._shares(feeds[0].id, layer, shares) if shares is not None else None
            if moved is not None:
                moved_shares[layer.id] = moved
        return moved_shares

    def _shares(self, old_id: str, layer: Layer, shares: Any) -> Distribution | None:
        if not KINDS[layer.kind].by_target:
            codes = self._code_shares(old_id, layer, shares)
            return None if codes is None else {**codes}
        moved: Distribution = {}
        for name, part in shares.items():
            targets, codes = self.diff.targets.get(name, ()), self._code_shares(old_id, layer, part)
            if codes is not None and len(targets) == 1 and self._is_alone(targets[0]):
                moved[targets[0]] = codes
        return moved

    def _code_shares(self, old_id: str, layer: Layer, shares: Mapping[str, float]) -> dict[str, float] | None:
        moved: dict[str, float] = {}
        for name, share in shares.items():
            images = [code for layer_id, code in self.diff.code_images(old_id, name) if layer_id == layer.id]
            if len(images) != 1:
                return None
            moved[images[0]] = round(moved.get(images[0], 0.0) + share, 6)
        return moved

    def _is_alone(self, target: str) -> bool:
        return sum(target in images for images in self.diff.targets.values()) == 1


def restricted(codebook: Codebook, asked: AskedScope) -> Codebook:
    """The codebook as it was before a coder who was asked no more than this."""
    return msgspec.structs.replace(
        codebook,
        layers=[layer for layer in codebook.layers if layer.id in asked.layers],
        targets=[target for target in codebook.targets if target.id in asked.targets],
    )


def is_less(asked: AskedScope, codebook: Codebook) -> bool:
    """Whether something that leaves a value without a tick was not asked: a target, a set, a stance."""
    layers = [x.id for x in codebook.layers if KINDS[x.kind].blank_is_value or x.required]
    return not (set(layers) <= set(asked.layers) and set(codebook.target_ids) <= set(asked.targets))


def _feeding(layer: Layer, old: Codebook, diff: CodebookDiff) -> list[Layer]:
    """The old layers that a new one has its values from: those that became it, or gave it a code."""
    return [
        source
        for source in old.layers
        if KINDS[source.kind].shape == KINDS[layer.kind].shape
        and (
            layer.id in diff.layers[source.id]
            or any(
                name == layer.id for code in source.code_ids for name, _ in diff.code_images(source.id, code)
            )
        )
    ]
