"""What became of suggestions: how often what a model showed is what the annotator then coded.

Counted by comparing values, for Label Studio's own note of where a tick came from is not always right.
Three things are kept apart, for they press in different ways: a tick, a tick whose direction is the
author's in other commentaries, and a target that was only marked as touched.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from exports.agreement.report import Kept
from schemas.codebook import Codebook
from schemas.controls import control_name
from schemas.records import UNRELATED, Annotation, LayerValue

TICKED, FROM_AUTHOR, TOUCHED = "ticked", "from_author", "touched"


def shown_kind(row: Annotation) -> str:
    """What stood on the screen when a row was coded; of several the one that presses most."""
    shown = row.suggested
    if shown is None:
        return "without"
    if shown.from_author:
        return FROM_AUTHOR
    return TOUCHED if shown.touched and not shown.layers else "with"


def kept_suggestions(rows: Iterable[Annotation], codebook: Codebook) -> dict[str, dict[str, Kept]]:
    """Layer → what was shown → how often it was, and how often it was coded so.

    Of a stance every touched target counts for itself, of a set every code; what is not coded, or not
    any more, is left out.
    """
    shown, kept = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in rows:
        for layer in codebook.predicted_layers:
            for kind, is_kept in _outcomes(row, layer.id) if not row.skipped else ():
                shown[layer.id, kind] += 1
                kept[layer.id, kind] += is_kept
    return {
        layer.id: {
            kind: Kept(shown=shown[layer.id, kind], kept=kept[layer.id, kind])
            for kind in (TICKED, FROM_AUTHOR, TOUCHED)
            if shown[layer.id, kind]
        }
        for layer in codebook.predicted_layers
        if any(name == layer.id for name, _ in shown)
    }


def _outcomes(row: Annotation, layer: str) -> Iterator[tuple[str, bool]]:
    """Each suggestion of a layer in a row: what it was, and whether it was coded so."""
    coded = row.layers.get(layer)
    if row.suggested is None or coded is None:
        return
    answers = _answers(coded)
    for target, code in _answers(row.suggested.layers.get(layer)).items():
        if code != UNRELATED and (not isinstance(coded, dict) or target in coded):
            is_authors = control_name(layer, target) in row.suggested.from_author
            yield FROM_AUTHOR if is_authors else TICKED, answers.get(target) == code
    for target, code in answers.items():
        if control_name(layer, target) in row.suggested.touched:
            yield TOUCHED, code != UNRELATED


def _answers(value: LayerValue | None) -> dict[str, object]:
    """A value as single answers: target → code of a stance, each code of a set, else the one."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return dict(value)
    return {code: code for code in value} if isinstance(value, list) else {"": value}
