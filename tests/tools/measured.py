"""Keeps what was measured in docs/measured/, which `make docs` shows: `make bench`, `make stress`.

    python tests/tools/measured.py tests/benchmarks/bench_agreement.py …
    python tests/tools/measured.py --stress

Of a benchmark all is kept that it prints, of the stress tests the lines that say what was measured. The first lines
say the command, the day, the machine and the versions. Where something fails, what stood there stays, and the exit
code is 1.
"""

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "docs" / "measured"
PACKAGES = ("numpy", "scipy", "scikit-learn", "spacy", "label-studio-sdk")
STRESS = (sys.executable, "-m", "pytest", "-q", "-m", "scaled or stress")
#: How a test says what it measured (`record_property("measured", …)`, tests/conftest.py).
SAID = "measured: "


def head(command: str) -> str:
    """What has to be known of figures that depend on a machine."""
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True).strip()
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"$ {command}\n"
        f"{date.today().isoformat()}, commit {commit}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.machine()}\n"
        f"Python {platform.python_version()}, {versions}\n\n"
    )


def run(command: Sequence[str], **variables: str) -> tuple[bool, list[str]]:
    """Shows what the command prints while it runs; whether it went well, and its lines."""
    lines = []
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, **variables}
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line)
    return running.returncode == 0, lines


def keep(name: str, first: str, lines: Sequence[str]) -> None:
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{name}.txt").write_text(first + "".join(lines), "utf-8")


def measure(script: Path) -> bool:
    first = head(f"python {script.resolve().relative_to(ROOT)}")
    sys.stdout.write(f"{script.name}\n")
    went_well, lines = run([sys.executable, str(script)])
    if went_well:
        keep(script.stem, first, lines)
    return went_well


def measure_stress() -> bool:
    first = head("make stress")
    went_well, lines = run(STRESS, STANDPUNKT_STRESS="1")
    if went_well:
        keep("stress", first, sorted(line.removeprefix(SAID) for line in lines if line.startswith(SAID)))
    return went_well


if __name__ == "__main__":
    words = sys.argv[1:]
    done = [measure_stress()] if words == ["--stress"] else [measure(Path(name)) for name in words]
    sys.exit(0 if all(done) else 1)
