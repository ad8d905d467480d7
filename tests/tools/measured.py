"""Runs benchmarks, and keeps what each printed in docs/measured/, which `make docs` shows: `make bench`.

    python tests/tools/measured.py tests/benchmarks/bench_agreement.py …

The first lines say the command, the day, the machine and the versions. A benchmark that fails leaves what stood
there, and the exit code is 1.
"""

import os
import platform
import subprocess
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "docs" / "measured"
PACKAGES = ("numpy", "scipy", "scikit-learn", "spacy", "label-studio-sdk")


def head(script: Path) -> str:
    """What has to be known of figures that depend on a machine."""
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True).strip()
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"$ python {script.resolve().relative_to(ROOT)}\n"
        f"{date.today().isoformat()}, commit {commit}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.machine()}\n"
        f"Python {platform.python_version()}, {versions}\n\n"
    )


def measure(script: Path) -> bool:
    lines = [head(script)]
    sys.stdout.write(f"{script.name}\n")
    with subprocess.Popen(
        [sys.executable, str(script)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line)
    if running.returncode == 0:
        (KEPT / f"{script.stem}.txt").write_text("".join(lines), "utf-8")
    return running.returncode == 0


if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    done = [measure(Path(name)) for name in sys.argv[1:]]
    sys.exit(0 if all(done) else 1)
