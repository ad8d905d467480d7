"""Codebook → Label Studio's labeling config (XML) and the instructions annotators read (HTML).

The layout is measured against Label Studio 1.23 in a browser. Its class names are internals: if a
version changes them, the screen falls back to the plain long form and still works.
"""

import html
import importlib.resources
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from schemas.codebook import Code, Codebook, Layer
from schemas.controls import PLACE_KEYS, TEXT_TAG, Screen, view
from schemas.kinds import KINDS
from schemas.kinds.stance import WHAT_A_TARGET_IS
from schemas.records import UNRELATED
from schemas.studio_json import AUTHOR_MARK, TOUCHED_MARK

#: Rows that fit with their rules beside them where the screen is 720 pixels high.
ROOMY_CODES, ROOMY_TARGETS = 16, 5
#: Letters of a rule that fit on a line at 1280 pixels; how many rules of two lines are as high as a row.
RULE_LETTERS, LONG_RULES = 64, 6


def labeling_config(codebook: Codebook) -> str:
    """The coding screen of a codebook as Label Studio XML.

    Title, author and date; the running text with the sentence marked; the layers in two columns,
    stance on the right, one row a target; what is optional at the foot. German label shown,
    English id stored (``alias``), the rule of each code in a line beside it where there is room.
    """
    screen = Screen(codebook.say, codebook.targets)
    root = ET.Element("View", className="sp")
    style = importlib.resources.files("schemas").joinpath("screen.css").read_text("utf-8")
    ET.SubElement(root, "Style").text = _without_comments(style)
    meta = view(root, "sp-meta")
    for size, name in (("4", "title"), ("5", "author"), ("5", "date")):
        ET.SubElement(meta, "Header", size=size, value=f"${name}")
    ET.SubElement(view(meta, "sp-note"), "Header", size="5", value="$note")
    place = view(meta, "sp-place")
    for name in PLACE_KEYS:
        ET.SubElement(place, "Header", size="5", value=f"${name}")
    _running_text(root)
    _columns(root, codebook, screen)
    # what is about the coding, or free text, stands below the line
    foot = [layer for layer in codebook.layers if not layer.is_predicted]
    if foot:
        below = view(root, "sp-foot")
        for layer in foot:
            KINDS[layer.kind].draw(below, layer, screen)
    return ET.tostring(root, encoding="unicode")


def instructions(codebook: Codebook) -> str:
    """The guidelines in short, as the HTML that Label Studio leaves in a project's instruction.

    Only ``h3 p b table tr td``: the server strips styles, and every text is escaped.
    """
    parts = [
        _p("Beurteilen Sie nur den gelb markierten Satz; der Text ringsum hilft beim Verstehen."),
        _p(
            "Die Taste steht auf dem Knopf; noch einmal gedrückt nimmt sie die Wahl zurück. "
            "Strg+Enter speichert und holt den nächsten Satz. In einem Textfeld: erst Enter, dann Strg+Enter."
        ),
        _p("„Zurück“ unten links führt zum vorigen Satz; „Ändern“ speichert ihn neu."),
        _p(
            "Steht oben „Mit Vorschlag“, hat ein Programm vorgewählt: Es irrt sich oft. "
            "Prüfen Sie jede Wahl, als stünde keine da."
        ),
        *_mark_instructions(codebook),
    ]
    return "\n".join([*parts, layer_instructions(codebook)])


def layer_instructions(codebook: Codebook) -> str:
    """The codes of each layer with their rules and keys, and the rules for difficult sentences."""
    say = codebook.say
    parts: list[str] = []
    for layer in codebook.layers:
        if KINDS[layer.kind].by_target:
            parts.extend(_stance_instructions(layer, codebook))
        elif KINDS[layer.kind].has_codes:
            parts.append(f"<h3>{html.escape(say(layer.label))}</h3>")
            rows = [(_indented(code, codebook), say(code.short), code.key or "") for code in layer.grouped]
            parts.append(_table(rows))
    if codebook.rules:
        parts.append("<h3>Regeln für schwierige Sätze</h3>")
        for rule in codebook.rules:
            parts.append(f"<p><b>{html.escape(say(rule.title))}.</b> {html.escape(say(rule.text))}</p>")
    return "\n".join(parts)


def _mark_instructions(codebook: Codebook) -> Iterator[str]:
    if any(KINDS[layer.kind].by_target for layer in codebook.predicted_layers) and codebook.targets:
        yield _p(
            f"„{TOUCHED_MARK}“ neben einer Frage heißt: Das Programm vermutet, dass der Satz sie berührt, "
            f"und weiß nicht, mit welcher Antwort. „{AUTHOR_MARK}“ heißt: Die vorgewählte Antwort stammt aus "
            "anderen Texten des Autors, nicht aus diesem Satz. Beides kann falsch sein."
        )


def _stance_instructions(layer: Layer, codebook: Codebook) -> Iterator[str]:
    say = codebook.say
    yield f"<h3>{html.escape(say(layer.label))}</h3>"
    if codebook.targets:
        yield _p(WHAT_A_TARGET_IS)
    if layer.no_target:
        yield _p(
            f"Berührt der Satz keine der Fragen, wählen Sie „{say(layer.no_target.label)}“"
            + (f" (Taste {layer.no_target.key})." if layer.no_target.key else ".")
        )
    favor, against = (next((say(c.label) for c in layer.codes if c.id == i), i) for i in ("favor", "against"))
    for target in codebook.targets:
        yield f"<p><b>{html.escape(say(target.question))}</b></p>"
        rows = [(favor, say(target.favor_means), target.keys.get("favor", ""))]
        rows.append((against, say(target.against_means), target.keys.get("against", "")))
        yield _table([row for row in rows if row[1]])
    others = [code for code in layer.codes if code.id not in ("favor", "against", UNRELATED)]
    yield _table([(say(code.label), say(code.short), "") for code in others if say(code.short)])


def _indented(code: Code, codebook: Codebook) -> str:
    return ("– " if code.parent else "") + codebook.say(code.label)


def _p(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def _table(rows: list[tuple[str, str, str]]) -> str:
    cells = "".join(
        f"<tr><td><b>{html.escape(label)}</b></td><td>{html.escape(rule)}</td><td>{html.escape(key)}</td></tr>"
        for label, rule, key in rows
    )
    return f"<table>{cells}</table>" if rows else ""


def _without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/\s*", "", css, flags=re.DOTALL)


def _running_text(root: ET.Element) -> None:
    """Three plain <Text> that read as one: no HTML in the data, so nothing in it can run."""
    box = view(root, "sp-text")
    ET.SubElement(view(box, "sp-before"), "Text", name="before", value="$before")
    view(box, "sp-anchor")
    ET.SubElement(view(box, "sp-now"), "Text", name=TEXT_TAG, value="$text")
    ET.SubElement(view(box, "sp-after"), "Text", name="after", value="$after")


def _columns(root: ET.Element, codebook: Codebook, screen: Screen) -> None:
    body = codebook.predicted_layers
    left = [layer for layer in body if not KINDS[layer.kind].by_target]
    right = [layer for layer in body if KINDS[layer.kind].by_target and codebook.targets]
    if not left and not right:
        return
    codes = [code for layer in left for code in layer.codes if code.parent is None]
    long = sum(len(codebook.say(code.short)) > RULE_LETTERS for code in codes)
    is_roomy = (
        len(codes) + long // LONG_RULES <= ROOMY_CODES and len(right) * len(codebook.targets) <= ROOMY_TARGETS
    )
    single = "" if left and right else "sp-single"
    grid = view(root, "sp-grid", single, "sp-roomy" if is_roomy else "")
    for layers, name in ((left, "sp-codes"), (right, "sp-stance")):
        if layers:
            column = view(grid, "sp-col", name)
            for layer in layers:
                KINDS[layer.kind].draw(column, layer, screen)
