"""What the documentation says of commands is so: each is one that there is, and those without a server run."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from made_study import make_study

from annotate.cli import app
from annotate.demo.material import copy_commentaries
from coded_study import coded_study
from running import ROOT, Ran
from tools import make_docs

COMMAND: Any = typer.main.get_command(app)
PAGES = ("README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.M | re.S)
INLINE = re.compile(r"`(standpunkt [^`]+)`")
#: What a line needs that no test of this file has: a server, an endpoint, somebody's own files.
ELSEWHERE = re.compile(
    r"push|pull|studio|serve|zeroshot|https?:|--project|--to-studio|--machine|demo|prelabel|LABEL_STUDIO|\.docx|import "
)


def lines_of(page: str) -> Iterator[str]:
    for _, language, block in FENCE.findall((ROOT / page).read_text("utf-8")):
        for line in block.splitlines() if language in {"", "sh", "console", "text"} else ():
            words = line.strip().removeprefix("$ ")
            if words.startswith("standpunkt "):
                yield from (part.strip() for part in words.partition("  #")[0].split("&&"))


def named_in(page: str) -> list[str]:
    text = (ROOT / page).read_text("utf-8")
    inline = [" ".join(words.split()) for words in INLINE.findall(text)]
    return [*lines_of(page), *inline]


def verb_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command of a line, and what stands behind its name."""
    command = COMMAND
    rest = list(words)
    while rest and getattr(command, "commands", None) and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    return command, rest


@pytest.mark.parametrize("page", PAGES)
def test_every_verb_and_option_that_a_page_names_is_there(page: str) -> None:
    wrong = []
    for line in named_in(page):
        words = shlex.split(line.replace("…", ""), comments=True)[1:]
        command, rest = verb_of(words)
        if words and words[0].startswith("-"):
            continue
        known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        asked = {word.partition("=")[0] for word in rest if re.match(r"-{1,2}[a-z]", word)}
        if getattr(command, "commands", None) and rest and not rest[0].startswith("-"):
            wrong.append(f"{line}: no verb {rest[0]}")
        wrong += [f"{line}: no option {word}" for word in sorted(asked - known - {"--help", "-h"})]
    assert wrong == []


def test_every_verb_stands_in_a_page_written_by_hand() -> None:
    named = {shlex.split(line)[1] for page in PAGES for line in named_in(page)}
    assert set(COMMAND.commands) - named == set()


def test_each_verb_of_the_reference_leads_to_pages_that_name_it() -> None:
    assert set(make_docs.EXPLAINED) == set(COMMAND.commands)
    for verb, pages in make_docs.EXPLAINED.items():
        for page in pages:
            text = (ROOT / "docs" / page).read_text("utf-8")
            assert re.search(rf"`{verb}\b|standpunkt {verb}\b", text), (verb, page)
    assert "..." not in re.sub(r"COMMAND .ARGS.\.\.\.|\]\.\.\.|\}\.\.\.", "", make_docs.verbs())


def headings(text: str) -> set[str]:
    """The names of a page's headings in links, as Markdown's writers make them."""
    found = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    kept = (re.sub(r"[^\w\s-]", "", heading.lower()).strip() for heading in found)
    return {re.sub(r"[\s-]+", "-", heading) for heading in kept}


def test_every_link_of_the_site_leads_to_a_page_and_a_heading() -> None:
    """What `make docs` holds by itself, without what it needs."""
    pages = {path.name: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")} | make_docs.pages()
    listed = re.findall(r"(\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.M)
    assert set(listed) == set(pages)
    broken = []
    for name, text in pages.items():
        for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)):
            page, _, heading = link.partition("#")
            if re.match(r"https?:", link):
                continue
            there = pages.get(page or name)
            is_file = there is not None or (ROOT / "docs" / page).is_file()
            if not is_file or (heading and heading not in headings(there or "")):
                broken.append(f"{name}: {link}")
    assert broken == []


def test_the_reference_has_every_option_and_every_field() -> None:
    pages = make_docs.pages()
    assert "--fail-under" in pages["verbs.md"]
    assert "`sentence_id`" in pages["files.md"]
    assert "not a study" in pages["errors.md"]


#: Verbs that take minutes on the whole demo; tests/annotate/demo runs them on it.
MINUTES = {"evaluate", "report"}


@pytest.mark.slow
def test_the_tutorials_run_from_the_first_line_to_the_last(
    standpunkt: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other in one folder: what the second repeats of the first is not done twice."""
    done: set[str] = set()
    for page in ("docs/tutorial-study.md", "docs/tutorial-tagging.md"):
        monkeypatch.chdir(tmp_path)
        blocks = [
            block
            for _, language, block in FENCE.findall((ROOT / page).read_text("utf-8"))
            if language == "sh"
        ]
        for line in "".join(blocks).splitlines():
            words = shlex.split(line)
            if words[0] == "cd":
                monkeypatch.chdir(words[1])
            elif words[1] not in MINUTES and line not in done:
                ran = standpunkt(*words[1:])
                assert ran.code == 0, (line, ran.err)
            done.add(line)
    for written in ("smartphone.html", "piece.html", "pages/index.html"):
        assert "<html" in Path(written).read_text("utf-8")


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of twelve commentaries with gold, a model and its predictions, and what the pages call their files."""
    folder = coded_study(tmp_path_factory.mktemp("docs") / "studie", only="krieg.txt").folder
    for words in (
        ["adjudicate", "--study", folder],
        ["train", "--study", folder, "--encoder", "none", "--no-evaluate"],
        ["tag", folder / "commentaries", "--study", folder, "-o", folder / "predictions.jsonl"],
    ):
        subprocess.run([sys.executable, "-m", "annotate", *map(str, words)], check=True, capture_output=True)
    copy_commentaries(folder / "commentaries")  # for `select`: what nobody has coded yet
    subprocess.run(
        [sys.executable, "-m", "annotate", "split", "--study", folder], check=True, capture_output=True
    )
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", ["docs/report.md", "docs/protected-texts.md", "docs/select.md"])
def test_every_command_of_a_page_about_a_coded_study_runs(
    page: str, coded: Path, standpunkt: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(coded, tmp_path / "studie")
    monkeypatch.chdir(tmp_path / "studie")
    lines = [line for line in lines_of(page) if not ELSEWHERE.search(line)]
    assert lines
    for line in lines:
        words = shlex.split(line, comments=True)[1:]
        ran = standpunkt(
            *words, *(["--no-evaluation"] if words[0] == "report" else [])
        )  # cross-validates for long
        assert ran.code == 0, (line, ran.err)


def test_every_command_of_the_page_about_suggestions_runs(
    standpunkt: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a study that was pushed, suggested and pulled: without suggestions there is nothing to audit."""
    monkeypatch.chdir(make_study(tmp_path / "studie").folder)
    lines = list(lines_of("docs/audit.md"))
    assert len(lines) == 3
    for line in lines:
        words = shlex.split(line, comments=True)[1:]
        ran = standpunkt(
            *words, *(["--no-evaluation"] if words[0] == "report" else [])
        )  # cross-validates for long
        assert ran.code == 0, (line, ran.err)
