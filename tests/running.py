"""What tests of several modules use: where files are, what a run of the command left."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

#: Whether tests of what breaks run in full; see `make stress`.
STRESS = bool(os.environ.get("STANDPUNKT_STRESS"))
SENTENCES = 2000 if STRESS else 120  # of a large study
ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
#: The tests' own installation and data, kept from run to run.
TEST_HOME = Path(os.environ.get("STANDPUNKT_TEST_HOME") or ROOT / ".test-home")


def shared(path: str) -> Path:
    """A file of the shared data beside the project, or a skip that names it."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"../shared/{path} is not there")
    return found


class Ran(NamedTuple):
    """What a run of the command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one line of a refusal, behind the lines that told of the steps before it."""
        assert self.code == 1, self.out
        *steps, line = self.err.strip().splitlines()
        assert not any(step.startswith(("error:", "Traceback", " ")) for step in steps), self.err
        return line

    @property
    def failing(self) -> dict[str, dict[str, Any]]:
        """What `doctor --json` found to be wrong, by check."""
        return {finding["check"]: finding for finding in self.json["findings"] if not finding["ok"]}


#: Before a process starts: who runs in the background of a script ignores Ctrl-C, and so do those that it starts.
heeds_ctrl_c = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)

_DEMO = (sys.executable, "-m", "annotate.cli", "demo")


def own_home(home: Path, name: str) -> Path:
    """A folder for a Label Studio of its own, of the installation that is in ``home``."""
    own = home / name / "label-studio"
    own.mkdir(parents=True, exist_ok=True)
    if not (own / "venv").exists():
        (own / "venv").symlink_to(home / "label-studio" / "venv")
    return own.parent


def run_demo_command(folder: Path) -> dict[str, Any]:
    command = [*_DEMO, str(folder), "--no-wait", "--keep", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def interrupt_demo(folder: Path, *, at: str) -> tuple[int, str]:
    """Presses Ctrl-C once the demo says these words in a pipe; its exit code and what it has said."""
    command = [*_DEMO, str(folder), "--no-wait", "--keep"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=heeds_ctrl_c
    ) as running:
        assert running.stderr is not None
        said = b""
        while at.encode() not in said and (more := os.read(running.stderr.fileno(), 4096)):
            said += more
        time.sleep(2)
        running.send_signal(signal.SIGINT)
        said += running.stderr.read()
    return running.returncode, said.decode()
