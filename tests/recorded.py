"""Outputs on fixed inputs beside the format number they belong to: they change together or not at all."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

RECORD = "STANDPUNKT_RECORD_FORMATS"


def hold_format(
    path: Path, name: str, number: int, outputs: Any, *, constant: str, within: float = 0
) -> None:
    """Fails where the outputs are not those recorded under this number.

    A number that was raised is recorded with its new outputs by running the test with
    ``STANDPUNKT_RECORD_FORMATS=1``; outputs that changed under the same number are never recorded.

    Parameters
    ----------
    constant
        Where the number stands, for the message.
    within
        By how much a number in the outputs may differ (other builds of the same arithmetic).
    """
    recorded = json.loads(path.read_text("utf-8")) if path.exists() else {}
    known = recorded.get(name, {"format": None})
    if known["format"] != number:
        if not os.environ.get(RECORD):
            pytest.fail(f"{constant} is {number}, {path.name} has {known['format']}: run with {RECORD}=1")
        recorded[name] = {"format": number, "outputs": outputs}
        path.write_text(json.dumps(recorded, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
        return
    if changed := _differences(known["outputs"], json.loads(json.dumps(outputs)), within):
        pytest.fail(
            f"{name} changed on fixed inputs ({'; '.join(changed[:3])}): if that is meant, raise {constant} "
            f"to {number + 1} and run with {RECORD}=1"
        )


def _differences(known: Any, found: Any, within: float, place: str = "") -> list[str]:
    if isinstance(known, dict) and isinstance(found, dict):
        keys = sorted(known.keys() | found.keys())
        return [
            line
            for key in keys
            for line in _differences(known.get(key), found.get(key), within, f"{place}/{key}")
        ]
    if isinstance(known, list) and isinstance(found, list) and len(known) == len(found):
        return [
            line
            for i, (one, other) in enumerate(zip(known, found, strict=True))
            for line in _differences(one, other, within, f"{place}/{i}")
        ]
    if isinstance(known, float) and isinstance(found, float) and abs(known - found) <= within:
        return []
    return [] if known == found else [f"{place}: {known} → {found}"]
