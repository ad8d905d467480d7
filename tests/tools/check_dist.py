"""Builds sdist and wheel into dist/, and runs the fast tests on what an empty environment installs of them.

Run by `make dist` with a Python that has the package ``build``. Nothing of the checkout is on the path of
the tests: they are copied away from it, with the pages that some of them read.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("annotate", "train", "exports", "schemas")
BESIDE_TESTS = ("tests", "docs", "README.md", "pyproject.toml")

#: Tests of the checkout, not of what is installed: its pages, its history, its floor plan.
OF_THE_CHECKOUT = ("test_contributing.py", "test_docs.py", "test_docs_studio.py", "test_measured.py")
FAST = ["-q", "-n", "2", *(f"--ignore=tests/{name}" for name in OF_THE_CHECKOUT), "-m"]


def run(*command: str | Path, cwd: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([str(word) for word in command], cwd=cwd, env=env, check=True)


def tracked(*paths: str) -> list[str]:
    command = ["git", "ls-files", "-z", "--", *paths]
    return subprocess.check_output(command, cwd=ROOT, text=True).rstrip("\0").split("\0")


def build() -> Path:
    """The wheel, made from the sdist and not from the checkout."""
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    run(sys.executable, "-m", "build", "--outdir", "dist", ".", cwd=ROOT)
    (wheel,) = (ROOT / "dist").glob("*.whl")
    return wheel


def missing_files(wheel: Path) -> list[str]:
    """What git tracks in the packages and the wheel has not."""
    with ZipFile(wheel) as archive:
        return sorted(set(tracked(*PACKAGES)) - set(archive.namelist()))


def run_tests(wheel: Path, folder: Path) -> None:
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", f"{wheel}[test]", cwd=folder)
    copy = folder / "copy"
    for name in tracked(*BESIDE_TESTS):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    run(python.with_name("standpunkt"), "--help", cwd=folder)
    run(python, "-m", "pytest", *FAST, "not studio and not browser and not slow", cwd=copy)


def main() -> None:
    wheel = build()
    if missing := missing_files(wheel):
        sys.exit(f"error: not in {wheel.name}: {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as folder:
        run_tests(wheel, Path(folder))


if __name__ == "__main__":
    main()
