"""The commands that README and the pages of docs/ show, and a shell that runs them as they stand."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer

from annotate.cli import app
from running import ROOT, Ran, heeds_ctrl_c

COMMAND: Any = typer.main.get_command(app)
PAGES = ("README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.M | re.S)
#: Blocks of these languages are typed into a shell: each line, or those behind a prompt.
TYPED, PROMPTED = "sh", "console"
#: Verbs that run until Ctrl-C, and the words on stderr or stdout by which they are known to run.
ENDLESS = {"open": "http://127.0.0.1", "serve": "added as"}

#: Pages whose commands need a Label Studio, besides the loop.
WITH_STUDIO = (
    "README.md", "docs/codebook.md", "docs/import.md", "docs/migration.md", "docs/select.md", "docs/serve.md",
    "docs/team.md", "docs/two-and-a-third.md", "docs/your-project.md", "docs/zeroshot.md",
)  # fmt: skip

#: Ends with 1 as long as something is left to do, and that is what it is for.
FINDS = "standpunkt doctor"

#: Lines that no machine of ours can run as they stand, and why.
NOT_RUN = {
    "make install": "needs an installation of its own; the demo's tests run the installed command",
    "make format": "changes the code; tests/test_contributing.py runs what it runs in a clone",
    "make check": "runs this; of it test_contributing.py runs style and format in a clone",
    "make demo": "tests/annotate/demo/test_demo.py runs it on the tests' Label Studio",
    "standpunkt studio start --database …": "needs PostgreSQL: test_coders_at_once.py starts one",
    "standpunkt studio start --database postgresql://…": "needs PostgreSQL: test_coders_at_once.py starts one",
    ". .venv/bin/activate": "belongs to make install",
    "python -m spacy train config.cfg --output model": "minutes; tests/exports/formats/test_docbin.py trains a step",
    "sudo -u postgres createuser --pwprompt studio": "needs the rights of the system's PostgreSQL",
    "sudo -u postgres createdb --owner studio studio": "needs the rights of the system's PostgreSQL",
    "standpunkt tag 'texts/**/*.jsonl.gz' -m MODEL -o OUTDIR/ --engine dask --address tcp://NODE:8786":
        "a cluster's: tests/annotate/tag/test_engines.py starts a scheduler and a worker",
    "standpunkt tag 's3://bucket/texts/**/*.jsonl.gz' -m MODEL --to parts -o OUTDIR/ --workers 8":
        "a bucket's: tests/annotate/texts/test_remote.py reads a storage in memory",
    "standpunkt studio start --database postgresql://studio@localhost/studio --database-password-file passwort.txt --workers 2":
        "needs PostgreSQL: tests/annotate/sync/test_coders_at_once.py starts one",
    "pg_dump --host=localhost --username=studio --format=custom --file=studio.dump studio":
        "needs PostgreSQL: test_coders_at_once.py dumps one",
    "sudo -u postgres dropdb studio": "needs the rights of the system's PostgreSQL",
    "pg_restore --host=localhost --username=studio --dbname=studio --exit-on-error studio.dump":
        "needs PostgreSQL: test_coders_at_once.py restores one",
}  # fmt: skip


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """The language and the text of each block of a page."""
    for _, language, text in FENCE.findall((ROOT / page).read_text("utf-8")):
        yield language, text


def commands(page: str) -> list[str]:
    """What a page says to type, a command each, in its order; comments are left aside."""
    return typed(page, TYPED, PROMPTED)


def typed(page: str, *languages: str) -> list[str]:
    """The same, of blocks of these languages alone."""
    found = []
    for language, text in blocks(page):
        lines = [line.strip() for line in text.splitlines()] if language in languages else []
        if language == PROMPTED:
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        for line in lines:
            command = re.split(r"(?:^|\s+)#", line)[0]
            found += [part.strip() for part in command.split("&&") if part.strip()]
    return found


def inline(page: str) -> list[str]:
    """What a page names of the command within its sentences, with or without the command's name."""
    text = FENCE.sub("", (ROOT / page).read_text("utf-8"))
    verbs = "|".join(COMMAND.commands)
    named = re.findall(rf"`(?:standpunkt\s+([^`]+)|((?:{verbs})\s[^`]+))`", text)
    return [f"standpunkt {' '.join(''.join(words).split())}" for words in named]


def verb_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command of a line, and what stands behind its name."""
    command = COMMAND
    rest = list(words)
    while rest and getattr(command, "commands", None) and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    return command, rest


def whole_inline() -> list[str]:
    """What sentences name and no block shows, but names alone (`agree`, `tag --to`), in the order of the help."""
    named = {line for page in PAGES for line in inline(page)} - {
        line for page in PAGES for line in commands(page)
    }
    whole = []
    for line in sorted(named - set(NOT_RUN)):
        command, rest = verb_of(line.split()[1:])
        lacks_value = any(
            rest[-1:] == [name] and not one.is_flag for one in command.params for name in one.opts
        )
        if rest and not lacks_value:
            whole.append(line)
    return sorted(whole, key=lambda line: list(COMMAND.commands).index(line.split()[1]))


def runnable(page: str) -> list[str]:
    return [line for line in commands(page) if line not in NOT_RUN]


class Shell:
    """Runs lines one after the other: ours in this process, all others by the system's shell.

    ``instead`` has what stands for words of the page that are somebody else's (an address), ``more`` what is
    added behind a verb, and ``before`` what somebody does, once, before it.
    """

    def __init__(
        self,
        standpunkt: Callable[..., Ran],
        patch: pytest.MonkeyPatch,
        folder: Path,
        *,
        instead: Mapping[str, str] | None = None,
        more: Mapping[str, list[str]] | None = None,
        before: Mapping[str, Callable[[], None]] | None = None,
    ) -> None:
        self._standpunkt, self._patch = standpunkt, patch
        self._instead, self._more, self._before = instead or {}, more or {}, dict(before or {})
        patch.chdir(folder)

    def run(self, line: str) -> Ran:
        for words, ours in self._instead.items():
            line = line.replace(words, ours)
        first, *rest = shlex.split(os.path.expandvars(line))
        if first == "cd":
            self._patch.chdir(rest[0])
        elif first == "export":
            self._patch.setenv(*rest[0].split("=", 1))
        elif first == "standpunkt":
            return self._verb([_found(word) for word in rest])
        else:
            done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
            return Ran(done.returncode, done.stdout, done.stderr)
        return Ran(0, "", "")

    def run_all(self, lines: list[str]) -> None:
        assert lines
        for line in lines:
            ran = self.run(line)
            expected = {0, 1} if line == FINDS else {0}
            assert ran.code in expected, (line, ran.err, ran.out)

    def _verb(self, words: list[str]) -> Ran:
        verb = words[0]
        self._before.pop(verb, lambda: None)()
        words = [*words, *self._more.get(verb, [])]
        return until_it_runs(words, ENDLESS[verb]) if verb in ENDLESS else self._standpunkt(*words)


def _found(word: str) -> str:
    """A path that a page shortens (`models/…`) is the one there is."""
    return str(next(Path().glob(word.replace("…", "*")))) if word.endswith("/…") else word


def until_it_runs(words: list[str], said: str) -> Ran:
    """Starts a verb that does not end, and presses Ctrl-C once it says so."""
    command = [sys.executable, "-m", "annotate", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=heeds_ctrl_c,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if said in line:
                process.send_signal(signal.SIGINT)
        process.wait()
    text = "".join(lines)
    return Ran(0 if said in text and process.returncode in {0, 130} else 1, "", text)
