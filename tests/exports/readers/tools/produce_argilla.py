"""Writes the files in ``argilla/`` with Argilla's own classes, without a server.

    python -m venv .venv-argilla && .venv-argilla/bin/pip install argilla requests
    .venv-argilla/bin/python tests/exports/readers/tools/produce_argilla.py

Made with argilla 2.8.0. Forms of version 1, which cannot be installed any more beside today's pydantic, are
written out in test_argilla.py by the documented schema.
"""

import json
import uuid
from pathlib import Path

import argilla as rg
from argilla.records._io import GenericIO, JsonIO

FOLDER = Path(__file__).parent / "argilla"
ANNA, BEN = (
    uuid.UUID("6f1c2a44-0b7e-4a53-9d3c-5b1f0e8a7c21"),
    uuid.UUID("c93d5e10-7f42-4b8e-8a16-2e4d9b6f0a35"),
)


def record(
    name: str, text: str, answers: dict[uuid.UUID, dict[str, object]], status: str = "submitted"
) -> rg.Record:
    responses = [
        rg.Response(question, value, user_id=user, status=status)
        for user, given in answers.items()
        for question, value in given.items()
    ]
    suggestions = [rg.Suggestion("art", "these", score=0.8, agent="m")]
    return rg.Record(
        id=name,
        fields={"text": text},
        metadata={"author": "Erika Beispiel"},
        responses=responses,
        suggestions=suggestions,
    )


RECORDS = [
    record(
        "r1",
        "Die Maut ist überfällig und gerecht.",
        {
            ANNA: {
                "art": "these",
                "mittel": ["ironie", "metapher"],
                "staerke": 4,
                "notiz": "gut\nund lang",
                "spanne": [{"start": 0, "end": 8, "label": "ziel"}],
            },
            BEN: {"art": "these", "mittel": ["ironie"], "staerke": 3},
        },
    ),
    record("r2", "Gestern tagte der Ausschuss in Berlin.", {ANNA: {"art": "meldung"}, BEN: {"art": "these"}}),
    record("r3", "Wer zahlt, der schweigt.", {BEN: {"art": "these"}}, status="discarded"),
]

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "records.json").unlink(missing_ok=True)
    JsonIO.to_json(RECORDS, FOLDER / "records.json")
    flat = GenericIO.to_list(RECORDS, flatten=True)
    (FOLDER / "flat.jsonl").write_text("".join(json.dumps(row) + "\n" for row in flat), "utf-8")
    for orient in ("names", "index"):
        held = GenericIO.to_dict(RECORDS, orient=orient)
        (FOLDER / f"{orient}.json").write_text(json.dumps(held), "utf-8")
