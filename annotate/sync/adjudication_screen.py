"""The adjudicator's screen: the codings side by side, and how they are worded."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from annotate.kinds import kind_of
from annotate.label_studio.answers import HeldProject
from schemas.codebook import Codebook
from schemas.kinds import fits
from schemas.labeling import instructions, labeling_config
from schemas.records import Layers

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


def wanted_screen(project: HeldProject, codebook: Codebook) -> str:
    """The screen that the project should have, for as many codings as it shows."""
    return adjudicator_screen(codebook, len(set(re.findall(r"\$coding_\d+", project.label_config))))


def instruction(codebook: Codebook) -> str:
    return (
        "<p>Die Codierungen dieses Satzes gehen auseinander. Was offen ist, steht oben hinter „Offen“; "
        "vorgewählt ist, was schon entschieden ist. Entscheiden Sie, was offen ist, nach den Regeln: "
        "Nur das wird übernommen.</p>\n" + instructions(codebook)
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
    place = next(n for n, part in enumerate(root) if part.get("className") == "sp-text")
    root.insert(place, both)
    return ET.tostring(root, encoding="unicode")


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
