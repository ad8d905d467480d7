"""Two hundred damaged inputs over every verb that needs no server; see tests/damaged.py."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from running import ROOT, STRESS


@pytest.mark.slow
@pytest.mark.scaled
def test_a_damaged_input_is_a_line_and_costs_no_memory(
    tmp_path: Path, record_property: pytest.FixtureRequest
) -> None:
    count = 4000 if STRESS else 200
    command = [sys.executable, str(ROOT / "tests" / "damaged.py"), str(tmp_path), str(count), "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    codes = ", ".join(f"{n} × exit {code}" for code, n in figures["codes"].items())
    record_property(  # type: ignore[operator]
        "measured",
        f"{count} damaged inputs in {figures['seconds']} s ({codes}), at most {figures['peak_mb']} MB",
    )
    assert figures["holes"] == []
