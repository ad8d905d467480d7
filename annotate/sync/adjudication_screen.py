"""The adjudicator's screen: the codings side by side, and how they are worded."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from annotate.kinds import kind_of
from annotate.label_studio.answers import HeldProject
from schemas.codebook import Codebook
from schemas.controls import TEXT_TAG, mark_key
from schemas.kinds import fits
from schemas.labeling import labeling_config, layer_instructions
from schemas.records import Layers
from schemas.studio_json import TAKEN_CONTROL

# the codings give way to what is coded, and scroll each for itself; what differs stands first in them
_STYLE = """
.sp-both { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr);
  grid-template-rows: minmax(0, 1fr); gap: 8px; flex: 0 8 auto;
  min-height: 64px; max-height: 22vh; margin: 4px 0; }
.sp-coding { min-height: 0; padding: 2px 10px; border: 1px solid var(--color-neutral-border);
  border-radius: 6px; overflow: auto; }
.sp-coding h5 { opacity: .7; font-weight: 400; }
.sp-coding .lsf-richtext__line { white-space: pre-wrap; font-size: 13px; line-height: 18px; }
.sp-take { display: flex; flex: none; gap: 10px; align-items: baseline; margin: 2px 0 4px; }
.sp-both ~ .sp-text { flex-basis: 150px; min-height: 76px; }
/* what is open: a sign before its name, and a mark at the row of a target */
.sp-open { display: contents; }
.sp-open h4 { position: absolute; left: 2px; }
.sp-row:has(.sp-open h4:not(:empty)) { position: relative; padding-left: 13px; margin-left: -13px;
  background: rgba(255,208,64,.28); border-radius: 6px; }
.sp-target:has(.sp-mark h4:not(:empty)) { background: rgba(255,208,64,.28); border-radius: 6px; }
"""
OPEN_MARK = "offen"  # at the row of a target whose answer the rule left open


def open_key(layer_id: str) -> str:
    """The key of a task's data that says that a layer is open; it may be missing."""
    return f"open__{layer_id}"


def wanted_screen(project: HeldProject, codebook: Codebook) -> str:
    """The screen that the project should have, for as many codings as it shows."""
    return adjudicator_screen(codebook, len(set(re.findall(r"\$coding_\d+", project.label_config))))


def instruction(codebook: Codebook) -> str:
    return (
        "<p>Mehrere Menschen haben den gelb markierten Satz codiert, und ihre Codierungen gehen auseinander. "
        "Sie stehen nebeneinander über dem Text, ohne Namen; was sich unterscheidet, steht zuerst und "
        "beginnt mit „≠“. Offen ist, was oben hinter „Offen“ und unten mit „≠“ oder „offen“ bezeichnet ist; "
        "vorgewählt ist, worin die Menschen übereinstimmen oder was eine Regel schon entschieden hat.</p>\n"
        "<p>Entscheiden Sie, was offen ist, nach den Regeln: Nur das wird übernommen. Hat eine Codierung "
        "ganz recht, genügt „Ganz übernehmen“: Dann gilt sie für alles, was offen ist. Die Taste steht auf "
        "dem Knopf; Strg+Enter speichert und holt den nächsten Satz.</p>\n" + layer_instructions(codebook)
    )


def adjudicator_screen(codebook: Codebook, columns: int) -> str:
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
    _mark_open_layers(root)
    for choices in root.iter("Choices"):
        choices.attrib.pop("required", None)  # a coding that is taken over answers for all of them
        choices.attrib.pop("requiredMessage", None)
    place = next(n for n, part in enumerate(root) if part.get("className") == "sp-text")
    root.insert(place, _take_over(codebook, columns))
    root.insert(place, both)
    return ET.tostring(root, encoding="unicode")


def _take_over(codebook: Codebook, columns: int) -> ET.Element:
    """A choice for each coding that takes all of it over, with a key that the codebook leaves free."""
    row = ET.Element("View", className="sp-take")
    ET.SubElement(row, "Header", size="5", value="Ganz übernehmen")
    choices = ET.SubElement(
        row, "Choices", name=TAKEN_CONTROL, toName=TEXT_TAG, choice="single", layout="inline"
    )
    screen = ET.fromstring(labeling_config(codebook))
    taken = {choice.get("hotkey") for choice in screen.iter("Choice")}
    letters = "jklabcdefghimnopqrstuvwxyz"
    free = (key for key in [*letters, *(f"shift+{letter}" for letter in letters)] if key not in taken)
    for n in range(1, columns + 1):
        ET.SubElement(choices, "Choice", value=f"Codierung {n}", alias=str(n), hotkey=next(free))
    return row


def _mark_open_layers(root: ET.Element) -> None:
    """Puts a word before the name of each layer, which is in sight where the layer is open."""
    for row in root.iter("View"):
        choices = row.find("Choices")
        if row.get("className") == "sp-row" and choices is not None:
            mark = ET.Element("View", className="sp-open")
            ET.SubElement(mark, "Header", size="6", value=f"${open_key(str(choices.get('name')))}")
            row.insert(0, mark)


def open_marks(undecided: Sequence[str], codebook: Codebook) -> dict[str, str]:
    """The fields of a task's data that mark what is open, and only that."""
    marks = {open_key(layer.id): "≠" if layer.id in undecided else "" for layer in codebook.layers}
    for name in (f"{layer.id}__{target}" for layer in codebook.layers for target in codebook.target_ids):
        if name in undecided:
            marks[mark_key(name.partition("__")[2])] = OPEN_MARK
    return {mark_key(target): "" for target in codebook.target_ids} | marks


def open_label(name: str, codebook: Codebook) -> str:
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
        if not fits(layer, value) or (value == [] and not layer.required):
            continue
        for name, words in kind_of(layer).lines(layer, value, codebook, undecided):
            lines.append(f"≠ {words}" if name in undecided else words)
    return "\n".join(sorted(lines, key=lambda line: not line.startswith("≠"))) or "–"
