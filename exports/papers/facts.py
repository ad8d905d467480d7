"""What is counted of an export for its papers."""

from collections import Counter
from functools import cached_property

from exports.agreement.agree import agree
from exports.agreement.report import AgreementReport
from exports.formats.material import Material, codes_of
from exports.papers.background import Background
from schemas.errors import DataError
from schemas.kinds import KINDS
from schemas.layer import Layer
from schemas.records import Annotation, is_unknown


class Facts:
    """Counts of an export, made when they are asked for."""

    def __init__(self, material: Material, background: Background) -> None:
        self.material, self.background = material, background

    @cached_property
    def coded_by(self) -> dict[str, int]:
        """Coder → how many sentences have a coding of theirs that was not skipped."""
        counts = Counter(row.coder for row in self.material.rows if not row.skipped)
        return {coder: counts[coder] for coder in self.material.coders}

    @cached_property
    def overlap(self) -> dict[int, int]:
        """Number of coders → how many sentences so many have coded."""
        per_sentence = Counter(row.sentence_id for row in self.material.rows if not row.skipped)
        return dict(sorted(Counter(per_sentence.values()).items()))

    @cached_property
    def codes(self) -> dict[str, dict[str, int]]:
        """Layer, or ``layer__target``, → code → how often it was given; ``""`` for an empty set.

        Codes in the order of the codebook.
        """
        counts: dict[str, Counter[str]] = {name: Counter() for name in self._variables}
        for row in self.material.rows:
            for layer in self.coded_layers:
                if layer.id in row.layers:
                    for target, code in codes_of(layer, row.layers[layer.id]):
                        counts[f"{layer.id}__{target}" if target else layer.id][code or ""] += 1
        return {name: _in_order(count, self._layer_of(name)) for name, count in counts.items()}

    @cached_property
    def answers(self) -> dict[str, int]:
        """Layer, or ``layer__target``, → how many rows have an answer to it."""
        counts: Counter[str] = Counter()
        for row in self.material.rows:
            for name, value in row.layers.items():
                counts.update(
                    [f"{name}__{target}" for target in value] if isinstance(value, dict) else [name]
                )
        return dict(counts)

    @cached_property
    def coded_layers(self) -> list[Layer]:
        """The layers that have codes."""
        return [layer for layer in self.material.codebook.layers if KINDS[layer.kind].has_codes]

    def _layer_of(self, variable: str) -> Layer:
        name = variable.partition("__")[0]
        return next(layer for layer in self.coded_layers if layer.id == name)

    @property
    def _variables(self) -> list[str]:
        book = self.material.codebook
        return [
            name
            for layer in self.coded_layers
            for name in (
                [f"{layer.id}__{target}" for target in book.target_ids]
                if KINDS[layer.kind].by_target
                else [layer.id]
            )
        ]

    @cached_property
    def agreement(self) -> AgreementReport | None:
        """Of annotations that several coders share; else None."""
        material = self.material
        known = {row.coder for row in material.rows if not is_unknown(row.coder)}
        if material.what != "annotations" or len(known) < 2 or not material.codebook.predicted_layers:
            return None
        rows = [
            Annotation(
                sentence_id=row.sentence_id,
                commentary_id=material.units[row.sentence_id].commentary_id,
                annotator=row.coder,
                codebook=material.codebook.codebook,
                layers=row.layers,
                skipped=row.skipped,
                incomplete=row.incomplete,
            )
            for row in material.rows
        ]
        try:
            return agree(rows, material.codebook)
        except DataError:  # they share no sentence, or too many people do
            return None

    @cached_property
    def authors(self) -> Counter[str]:
        """Author → commentaries; those without one are not in it."""
        return Counter(known.author for known in self.material.commentaries.values() if known.author)

    @cached_property
    def outlets(self) -> Counter[str]:
        return Counter(known.outlet for known in self.material.commentaries.values() if known.outlet)

    @cached_property
    def dates(self) -> list[str]:
        """Of publication, in order; those that are unknown are not in it."""
        return sorted(known.date for known in self.material.commentaries.values() if known.date)

    @cached_property
    def licenses(self) -> Counter[str | None]:
        """Licence → commentaries; None where it is not known."""
        return Counter(known.license or None for known in self.material.commentaries.values())

    @cached_property
    def splits(self) -> Counter[str]:
        """Split → sentences."""
        of = self.material.splits.of
        return Counter(of.get(unit.commentary_id, "train") for unit in self.material.units.values())

    @cached_property
    def repeated(self) -> int:
        """Sentences whose text is that of an earlier one."""
        texts = [unit.text or unit.sha256 for unit in self.material.units.values()]
        known = [text for text in texts if text]
        return len(known) - len(set(known))


def _in_order(counts: Counter[str], layer: Layer) -> dict[str, int]:
    return {code: counts[code] for code in [*layer.values, ""] if code in counts}
