"""Writes the files in ``potato/`` with Potato's own record of an annotator, without its server.

    python -m venv .venv-potato && .venv-potato/bin/pip install potato-annotation
    .venv-potato/bin/python tests/exports/readers/tools/produce_potato.py

Made with potato-annotation 2.12.1. ``annotated_instances.jsonl`` of version 1 is written out in
test_potato.py by its documented schema.
"""

from pathlib import Path

from potato.item_state_management import Label, SpanAnnotation
from potato.phase import UserPhase
from potato.user_state_management import InMemoryUserState

FOLDER = Path(__file__).parent / "potato"
ANSWERS = {
    "anna": [
        ("1", "art", "these", "true"),
        ("1", "mittel", "ironie", "true"),
        ("1", "mittel", "metapher", "true"),
        ("1", "staerke", "4", "4"),
        ("1", "notiz", "text_box", "gut\nund lang"),
        ("2", "art", "meldung", "true"),
    ],
    "ben": [("1", "art", "these", "true"), ("1", "mittel", "ironie", False), ("2", "art", "these", "true")],
}

if __name__ == "__main__":
    for name, given in ANSWERS.items():
        state = InMemoryUserState(name, 10)
        state.advance_to_phase(UserPhase.ANNOTATION, None)
        for item, schema, label, value in given:
            state.add_label_annotation(item, Label(schema, label), value)
        if name == "anna":
            span = SpanAnnotation("spanne", "ziel", "ziel", 0, 8, id="span_1")
            state.add_span_annotation("1", span, True)
        state.save(str(FOLDER / name))
