"""What a rule left open, for a third person: up into a project of its own, the decisions down.

The person sees the codings side by side, without names, with their comments; what the rule decided
is ticked already. Decisions are kept in ``data/decisions.jsonl``, apart from the annotations: who
has seen the others' codings is no independent coder, and in no figure of agreement.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from annotate.fetching import fetch
from annotate.mending import renamed
from annotate.projects import create_once, find_projects, marker, remember
from annotate.push import study_tasks
from annotate.sending import send_predictions, send_tasks
from annotate.studio import HeldProject, HeldTask, Studio, stream_link
from annotate.study import Study
from exports.studio import Export, read_export
from schemas.codebook import Codebook, Layer
from schemas.errors import SettingsError, StudioError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.labeling import instructions, labeling_config
from schemas.records import UNRELATED, Annotation, GoldSentence, Layers, LayerValue, Record
from schemas.studio_json import TaskData, to_result

ADJUDICATOR = "adjudication"  # stands where an annotator's name does: in the marker and the rows
DECIDED = "entschieden"  # the "model" behind the ticks of what the rule decided
# the codings give way to what is coded, and scroll each for itself; what differs stands first in them
_STYLE = """
.sp-both { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr);
  grid-template-rows: minmax(0, 1fr); gap: 8px; flex: 0 8 auto;
  min-height: 64px; max-height: 22vh; margin: 4px 0; }
.sp-coding { min-height: 0; padding: 2px 10px; border: 1px solid var(--color-neutral-border);
  border-radius: 6px; overflow: auto; }
.sp-coding h5 { opacity: .7; font-weight: 400; }
.sp-coding .lsf-richtext__line { white-space: pre-wrap; font-size: 13px; line-height: 18px; }
.sp-both ~ .sp-text { min-height: 76px; }
"""


class SentReport(Record, frozen=True, kw_only=True):
    """What was brought to the project of the undecided, or would be.

    ``settled`` are tasks nobody has decided that are open no longer; they stay. ``decided`` are tasks
    with a decision, which are not touched.
    """

    created: int
    updated: int
    unchanged: int
    settled: int
    decided: int
    project: int | None
    link: str | None
    dry_run: bool


def read_decisions(study: Study) -> dict[str, Annotation]:
    """Sentence id → what the third person decided; empty before the first."""
    path = study.decisions
    return {row.sentence_id: row for row in read_jsonl(path, Annotation)} if path.exists() else {}


def send_undecided(
    studio: Studio,
    study: Study,
    gold: Sequence[GoldSentence],
    *,
    dry_run: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> SentReport:
    """Brings the sentences with something open into their project, each once.

    Raises
    ------
    SettingsError
        An annotator of the study bears the project's name.
    """
    if ADJUDICATOR in study.settings.annotators:
        raise SettingsError(f'an annotator is called "{ADJUDICATOR}", as the project of the undecided is')
    codebook = study.codebook()
    codings: dict[str, list[Annotation]] = {}
    for row in read_jsonl(study.annotations, Annotation):
        if not row.skipped:
            codings.setdefault(row.sentence_id, []).append(row)
    columns = max([2, len(study.settings.annotators), *map(len, codings.values())])
    _, tasks = study_tasks(study, codebook)
    wanted = {
        row.sentence_id: _task(tasks[row.sentence_id], row, codings[row.sentence_id], codebook, columns)
        for row in gold
        if row.undecided and row.sentence_id in tasks
    }
    tell("comparing")
    project = find_undecided(studio, study)
    held = {str(t.data.get("sentence_id")): t for t in studio.tasks(project.id)} if project else {}
    created = [name for name in wanted if name not in held]
    stale = [
        name
        for name, data in wanted.items()
        if name in held and not held[name].coded and not _same(held[name].data, data)
    ]
    number = project.id if project else None
    if not dry_run and wanted:
        number = _ensure(studio, study, codebook, columns, project)
        by_id = {row.sentence_id: row for row in gold}
        tell(f"creating {len(created)} tasks")
        send_tasks(studio, number, created, lambda ids: [_body(wanted[name], by_id[name]) for name in ids])
        for name in stale:
            studio.update_task(held[name].id, data=wanted[name])
        if created or stale:
            _tick(studio, number, by_id, wanted, codebook)
    decided = sum(task.coded > 0 for task in held.values())
    return SentReport(
        created=len(created),
        updated=len(stale),
        unchanged=sum(name in held and not held[name].coded for name in wanted) - len(stale),
        settled=sum(name not in wanted and not task.coded for name, task in held.items()),
        decided=decided,
        project=number,
        link=stream_link(studio.url, number) if number else None,
        dry_run=dry_run,
    )


def pull_decisions(
    studio: Studio,
    study: Study,
    codebook: Codebook,
    *,
    older: Mapping[str, Codebook],
    now: dict[str, str],
    whole: bool = False,
) -> tuple[int, Export] | None:
    """The project of the undecided and its decisions, which are written; None where there is none."""
    project = find_undecided(studio, study)
    if project is None:
        return None
    path = study.exports / f"{ADJUDICATOR}.json"
    fetch(studio, project.id, path, whole=whole)
    export = read_export(path, codebook, annotator=ADJUDICATOR, older=older)
    write_jsonl(study.decisions, renamed(export.annotations, now))
    return project.id, export


def find_undecided(studio: Studio, study: Study) -> HeldProject | None:
    try:
        return find_projects(studio, study, [ADJUDICATOR]).get(ADJUDICATOR)
    except StudioError as error:
        if error.status == 404:  # it was deleted: what was decided in it is kept
            return None
        raise


def wanted_screen(held: HeldProject, codebook: Codebook) -> str:
    """The screen that the project should have, for as many codings as it shows."""
    return third_screen(codebook, len(set(re.findall(r"\$coding_\d+", held.label_config))))


def _ensure(studio: Studio, study: Study, codebook: Codebook, columns: int, held: HeldProject | None) -> int:
    config = third_screen(codebook, columns)
    if held is None:
        title = f"{study.name} · strittige Sätze"[:50]
        description = f"{codebook.codebook} {codebook.version} {marker(study.name, ADJUDICATOR)}"
        number = create_once(studio, title, description, config, _instruction(codebook))
        remember(study, studio, {ADJUDICATOR: number})
        return number
    if held.label_config.strip() != config.strip():
        studio.update_project(held.id, label_config=config, expert_instruction=_instruction(codebook))
    return held.id


def _instruction(codebook: Codebook) -> str:
    return (
        "<p>Die Codierungen dieses Satzes gehen auseinander. Was offen ist, steht oben hinter „Offen“; "
        "vorgewählt ist, was schon entschieden ist. Entscheiden Sie, was offen ist, nach den Regeln: "
        "Nur das wird übernommen.</p>\n" + instructions(codebook)
    )


def third_screen(codebook: Codebook, columns: int) -> str:
    """The coding screen with the codings of a sentence side by side above the running text."""
    root = ET.fromstring(labeling_config(codebook))
    style = root.find("Style")
    if style is not None:
        # the roomy form needs the height that the codings take
        style.text = (style.text or "").replace("(min-height: 588px)", "(min-height: 680px)") + _STYLE
    both = ET.Element("View", className="sp-both")
    for n in range(1, columns + 1):
        box = ET.SubElement(both, "View", className="sp-coding")
        ET.SubElement(box, "Header", size="5", value=f"Codierung {n}")
        ET.SubElement(box, "Text", name=f"coding_{n}", value=f"$coding_{n}")
    place = next(n for n, part in enumerate(root) if part.get("className") == "sp-text")
    root.insert(place, both)
    return ET.tostring(root, encoding="unicode")


def _task(
    data: TaskData, gold: GoldSentence, codings: Sequence[Annotation], codebook: Codebook, columns: int
) -> dict[str, str]:
    shown = {f"coding_{n}": "–" for n in range(1, columns + 1)}
    for n, row in enumerate(sorted(codings, key=lambda row: row.annotator), start=1):
        shown[f"coding_{n}"] = coding_words(row.layers, gold.undecided, codebook)
    words = {name: str(getattr(data, name)) for name in data.__struct_fields__}
    left = ", ".join(_open_label(name, codebook) for name in gold.undecided)
    return {**words, "note": f"Offen: {left}", **shown}


def _open_label(name: str, codebook: Codebook) -> str:
    layer_id, _, target_id = name.partition("__")
    layer, target = codebook.layer(layer_id), codebook.target(target_id)
    if target:
        return codebook.say(target.question)
    return codebook.say(layer.label) if layer else layer_id


def coding_words(layers: Layers, undecided: Sequence[str], codebook: Codebook) -> str:
    """A coding in lines of words; those on which the codings differ come first and begin with ``≠``."""
    lines = []
    for layer in codebook.layers:
        value = layers.get(layer.id)
        if value is None or (value == [] and not layer.required):
            continue
        if isinstance(value, dict):
            lines += _stance_lines(layer, value, undecided, codebook)
        else:
            mark = "≠ " if layer.id in undecided else ""
            lines.append(f"{mark}{codebook.say(layer.label)}: {_value_words(layer, value, codebook)}")
    return "\n".join(sorted(lines, key=lambda line: not line.startswith("≠"))) or "–"


def _stance_lines(
    layer: Layer, value: Mapping[str, str], undecided: Sequence[str], codebook: Codebook
) -> list[str]:
    """The targets that are touched or open; the others go without saying."""
    lines = []
    for target in codebook.targets:
        is_open = f"{layer.id}__{target.id}" in undecided
        code = value.get(target.id)
        if code is not None and (is_open or code != UNRELATED):
            mark = "≠ " if is_open else ""
            words = "nicht berührt" if code == UNRELATED else _value_words(layer, code, codebook)
            lines.append(f"{mark}{codebook.say(target.question)} {words}")
    return lines


def _value_words(layer: Layer, value: LayerValue, codebook: Codebook) -> str:
    if layer.kind == "text":
        return f"„{value}“"
    labels = {code.id: codebook.say(code.label) for code in layer.codes}
    codes = value if isinstance(value, list) else [str(value)]
    return ", ".join(labels.get(code, code) for code in codes) or "nichts"


def _same(held: Mapping[str, Any], data: Mapping[str, str]) -> bool:
    return all(held.get(name) == value for name, value in data.items())


def _body(data: dict[str, str], gold: GoldSentence) -> dict[str, Any]:
    return {"data": data, "meta": {"test": gold.test}}


def _tick(
    studio: Studio,
    project_id: int,
    gold: Mapping[str, GoldSentence],
    wanted: Mapping[str, Any],
    codebook: Codebook,
) -> None:
    """Ticks what is decided in the tasks that wait, as a prediction: the person need not code it again."""
    waiting = [
        task for task in studio.tasks(project_id) if task.data.get("sentence_id") in wanted and not task.coded
    ]
    said = {task.id: body for task in waiting if (body := _prediction(task, gold, codebook))}
    studio.delete_predictions(project_id, DECIDED)
    send_predictions(studio, project_id, DECIDED, list(said), lambda ids: [said[task] for task in ids])


def _prediction(
    task: HeldTask, gold: Mapping[str, GoldSentence], codebook: Codebook
) -> dict[str, Any] | None:
    row = gold[str(task.data["sentence_id"])]
    result = to_result(_ticked(row, codebook), codebook)
    return {"task": task.id, "model_version": DECIDED, "result": result} if result else None


def _ticked(row: GoldSentence, codebook: Codebook) -> Layers:
    """The decided layers; of a stance with an open target what is touched, for "no target" is open too."""
    found: Layers = {}
    for name, value in row.layers.items():
        is_open = any(left.partition("__")[0] == name for left in row.undecided)
        if isinstance(value, dict) and is_open:
            touched = {target: code for target, code in value.items() if code != UNRELATED}
            if touched:
                found[name] = touched
        else:
            found[name] = value
    return found
