"""Tasks for Label Studio, with annotations or predictions, and the labeling config they fit.

Label Studio takes no name for ``completed_by`` when it imports, and keeps of an annotation its result, its
lead time and whether it was skipped. Who coded stands therefore in the result, in a control that nobody
sees (`schemas.studio_json.own_items`), and our readers take it from there.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from exports.formats.material import GOLD, Answers, Material, Unit, sure_layers
from exports.formats.options import Options
from schemas.codebook import Codebook
from schemas.controls import control_name
from schemas.files import replacing, write_text
from schemas.kinds import KINDS
from schemas.labeling import labeling_config
from schemas.layer import Layer
from schemas.records import Layers, LayerValue
from schemas.studio_json import OWN_CONTROLS, TaskData, own_items, read_result, to_result

_CHANGED = "answers that a screen of Label Studio cannot show as they are, read again as something else"


def write_studio(material: Material, folder: Path, options: Options) -> None:
    """``tasks.json`` and ``config.xml``."""
    write_text(folder / "config.xml", screen(material.codebook))
    with replacing(folder / "tasks.json") as file:
        for number, task in enumerate(tasks_of(material)):
            file.write(b",\n" if number else b"[\n")
            file.write(msgspec.json.encode(task))
        file.write(b"\n]\n")


def screen(codebook: Codebook) -> str:
    """The coding screen, with the controls that nobody sees."""
    hidden = "".join(f'<TextArea name="{name}" toName="text" />' for name in OWN_CONTROLS)
    inner = labeling_config(codebook).removesuffix("</View>")
    return f'{inner}<View style="display:none">{hidden}</View></View>\n'


def tasks_of(material: Material) -> Iterator[dict[str, Any]]:
    """A task a sentence."""
    if material.what == "predictions":
        material.leave_out_unsure(skipped=False)
    shown = [row for row in material.rows if row.suggested]
    material.left_out["suggestions that annotators saw: Label Studio takes none in"] += len(shown)
    said = material.by_unit()
    for unit in material.units.values():
        rows = said[unit.sentence_id]
        task: dict[str, Any] = {"data": _data(unit, material), "meta": _meta(unit, rows, material)}
        if material.what == "predictions":
            task["predictions"] = [_prediction(row, material.codebook) for row in rows]
        else:
            task["annotations"] = [_annotation(row, material) for row in rows]
        yield task


def _data(unit: Unit, material: Material) -> TaskData:
    commentary = material.commentaries[unit.commentary_id]
    before, after = material.contexts.get(unit.sentence_id, ("", ""))
    return TaskData(
        sentence_id=unit.sentence_id,
        commentary_id=unit.commentary_id,
        text=unit.text or "",
        before=before,
        after=after,
        title=commentary.title,
        author=commentary.author or "",
        date=commentary.date or "",
        codebook_version=material.codebook.version,
    )


def _meta(unit: Unit, rows: list[Answers], material: Material) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    phases = sorted({row.phase for row in rows if row.phase})
    if len(phases) == 1:
        meta["phase"] = phases[0]
    elif phases:
        material.left_out["phases of sentences that were coded in several: a task has one"] += 1
    if material.splits.of[unit.commentary_id] == "test":
        meta["test"] = True
    return meta


def _annotation(row: Answers, material: Material) -> dict[str, Any]:
    """Label Studio takes an annotation for the truth unless told otherwise."""
    book = material.codebook
    result = own_items(row.coder, [], [])
    if not row.skipped:
        result = to_result(row.layers, book) + own_items(row.coder, *_open(row, book))
        material.left_out[_CHANGED] += not _reads_as(row, result, book)
    body: dict[str, Any] = {
        "result": result,
        "was_cancelled": row.skipped,
        "ground_truth": row.coder == GOLD and material.what == "gold",
    }
    if row.lead_time is not None:
        body["lead_time"] = row.lead_time
    return body


def _open(row: Answers, book: Codebook) -> tuple[list[str], list[str]]:
    """The controls that were not asked, and those not coded, where their silence would mean another thing."""
    unasked: list[str] = []
    uncoded: list[str] = []
    for layer in book.layers:
        kind, value = KINDS[layer.kind], row.layers.get(layer.id)
        if value is not None:
            if kind.by_target and isinstance(value, dict):
                unasked += [control_name(layer.id, name) for name in book.target_ids if name not in value]
        elif layer.id not in row.incomplete:
            if kind.several or layer.required or kind.must_be_touched:
                unasked += kind.control_names(layer, book.target_ids)
        elif kind.several:
            uncoded += kind.control_names(layer, book.target_ids)
    return unasked, uncoded


def _reads_as(row: Answers, result: list[dict[str, Any]], book: Codebook) -> bool:
    parsed = read_result(result, book)
    same = {name: _unordered(value) for name, value in parsed.layers.items()} == {
        name: _unordered(value) for name, value in row.layers.items()
    }
    return same and set(parsed.incomplete) == set(row.incomplete)


def _unordered(value: LayerValue) -> LayerValue:
    return sorted(value) if isinstance(value, list) else value


def _prediction(row: Answers, book: Codebook) -> dict[str, Any]:
    layers = sure_layers(row)
    scores = [score for name in layers for score in _scores(row, book.layer(name), layers)]
    return {
        "model_version": row.coder,
        "score": round(min(scores, default=0.0), 6),
        "result": to_result(layers, book),
    }


def _scores(row: Answers, layer: Layer | None, layers: Layers) -> Iterator[float]:
    """How sure the model is of each answer that is shown."""
    assert layer is not None
    value = layers[layer.id]
    if isinstance(value, dict):
        found = ((f"{layer.id}__{target}", code) for target, code in value.items())
    else:
        found = ((layer.id, code) for code in (value if isinstance(value, list) else [str(value)]))
    for name, code in found:
        if (score := row.scores.get(name, {}).get(code)) is not None:
            yield score
