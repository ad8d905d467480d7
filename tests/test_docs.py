"""What the documentation says of commands is so: each is one that there is, and runs as it stands.

Pages whose commands need a Label Studio are run in tests/test_docs_studio.py, as is what stands within sentences; the loop in tests/test_loop_page.py,
the example of docs/contributing.md in tests/test_contributing.py.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from made_study import make_study

from annotate.demo.material import ANNOTATORS
from annotate.study.folder import open_study
from coded_study import write_export, write_project_made_by_hand
from documented import (
    COMMAND,
    NOT_RUN,
    PAGES,
    PROMPTED,
    TYPED,
    WITH_STUDIO,
    Shell,
    blocks,
    commands,
    inline,
    runnable,
    verb_of,
)  # fmt: skip
from running import ROOT, Ran
from schemas.jsonl import write_jsonl
from tools import draw_pictures, make_docs


def named_in(page: str) -> list[str]:
    return [*(line for line in commands(page) if line.startswith("standpunkt ")), *inline(page)]


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


@pytest.mark.slow
def test_every_link_of_the_site_leads_to_a_page_and_a_heading() -> None:
    """What `make docs` holds by itself, without what it needs."""
    pages = {path.name: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")} | make_docs.pages()
    listed = re.findall(r"(\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.M)
    assert set(listed) == set(pages)
    readme = (ROOT / "README.md").read_text("utf-8").replace("](docs/", "](")
    broken = []
    for name, text in {**pages, "README.md": readme}.items():
        for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)):
            page, _, heading = link.partition("#")
            if re.match(r"https?:", link):
                continue
            there = pages.get(page or name)
            is_file = there is not None or (ROOT / "docs" / page).is_file()
            if not is_file or (heading and heading not in headings(there or "")):
                broken.append(f"{name}: {link}")
    assert broken == []


def test_every_picture_is_drawn_by_the_script_small_and_shown() -> None:
    script = Path(draw_pictures.__file__).read_text("utf-8")
    shown = "".join((ROOT / page).read_text("utf-8") for page in PAGES)
    for picture in (ROOT / "docs").glob("*.png"):
        assert f'"{picture.stem}"' in script and f"{picture.name})" in shown
        assert picture.stat().st_size < 200_000


def test_readme_is_one_screen_and_a_half_with_two_pictures() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 75
    assert re.findall(r"!\[[^\]]+\]\((.+?)\)", text) == ["docs/anleitung.png", "docs/reading-page.png"]


def test_the_reference_has_every_option_and_every_field() -> None:
    pages = make_docs.pages()
    assert "--fail-under" in pages["verbs.md"]
    assert "`sentence_id`" in pages["files.md"]
    assert "not a study" in pages["errors.md"]
    assert "| `overlap` | `float` | `1.0` | Share of the commentaries" in pages["study-settings.md"]
    assert "10,000,000 characters" in pages["limits.md"]


def a_study(halfway: Path, folder: Path) -> Path:
    shutil.copytree(halfway, folder / "studie")
    return folder / "studie"


def beside_a_study(halfway: Path, folder: Path) -> Path:
    return a_study(halfway, folder).parent


def a_study_with_exports(halfway: Path, folder: Path) -> Path:
    for name in ANNOTATORS:
        write_export(open_study(halfway), folder / f"{name}.json", name)
    shutil.copytree(halfway, folder, dirs_exist_ok=True)
    return folder


def a_project_made_by_hand(halfway: Path, folder: Path) -> Path:
    write_project_made_by_hand(open_study(halfway), folder)
    return folder


def a_study_with_suggestions(_: Path, folder: Path) -> Path:
    return make_study(folder / "studie").folder


def a_study_and_a_classifier(_: Path, folder: Path) -> Path:
    (code,) = (text for language, text in blocks("docs/model.md") if text.startswith("# mine.py"))
    (folder / "mine.py").write_text(code, "utf-8")
    (folder / "studie").mkdir()
    study = make_study(folder / "studie").folder
    shutil.copytree(study, folder, dirs_exist_ok=True)
    return folder


def a_study_and_answers_of_another_model(halfway: Path, folder: Path) -> Path:
    study = open_study(a_study(halfway, folder))
    text = (study.folder / "predictions.jsonl").read_text("utf-8")
    text = text.replace(study.latest_model().name, "llm-qwen3-8b-ba449efc")
    (study.folder / "predictions.jsonl").write_text(text, "utf-8")
    return study.folder


def exports_of_tools(halfway: Path, folder: Path) -> Path:
    """Of doccano as it wrote them; of Prodigy by its documentation; of INCEpTION by its makers' library."""
    with ZipFile(folder / "doccano.zip", "w") as archive:
        for path in sorted((ROOT / "tests/exports/readers/tools/doccano/spans").iterdir()):
            archive.write(path, path.name)
    rows = [
        {
            "text": "Die Maut ist überfällig.", "_input_hash": 1, "_task_hash": 2, "_view_id": "choice",
            "options": [{"id": "these", "text": "These"}, {"id": "meldung", "text": "Meldung"}],
            "accept": [code], "answer": "accept", "_annotator_id": who, "_session_id": who,
        }
        for who, code in (("ds-anna", "these"), ("ds-ben", "meldung"))
    ]  # fmt: skip
    (folder / "prodigy.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    command = [
        sys.executable,
        "-m",
        "annotate",
        "export",
        "--to",
        "cas",
        "--study",
        str(halfway),
        "-o",
        str(folder / "cas"),
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    (folder / "cas" / "annotations.zip").rename(folder / "inception.zip")
    return folder


def texts_and_a_model(halfway: Path, folder: Path) -> Path:
    (folder / "texts").mkdir()
    for n in range(64):  # as many as there are shares
        text = f"Text {n} | Grete Halm. 03.02.2025.\n\nDas Tempolimit nützt Ort {n}. Es regnet.\n"
        (folder / "texts" / f"{n}.txt").write_text(text, "utf-8")
    shutil.copytree(open_study(halfway).latest_model(), folder / "MODEL")
    gold = open_study(halfway).gold.read_text("utf-8").splitlines(keepends=True)
    (folder / "gold.jsonl").write_text("".join(gold[:80]), "utf-8")
    return folder


def a_corpus_and_a_model(halfway: Path, folder: Path) -> Path:
    texts_and_a_model(halfway, folder)
    for n in range(2):
        rows = [{"text": f"Das Tempolimit nützt Ort {n}. Es regnet."}]
        write_jsonl(folder / "texts" / f"202{n}" / "texte.jsonl.gz", rows)
    return folder


#: Page → what lays the files that it assumes, and says where its first command is typed.
LAID: dict[str, Callable[[Path, Path], Path]] = {
    "docs/codings.md": a_project_made_by_hand,
    "docs/api.md": a_study,
    "docs/audit.md": a_study_with_suggestions,
    "docs/export-learning.md": a_study,
    "docs/export-qda.md": a_study,
    "docs/export.md": a_study_with_exports,
    "docs/index-corpus.md": texts_and_a_model,
    "docs/index.md": a_project_made_by_hand,
    "docs/model.md": a_study_and_a_classifier,
    "docs/moving.md": exports_of_tools,
    "docs/open.md": beside_a_study,
    "docs/protected-texts.md": a_study,
    "docs/report.md": a_study_and_answers_of_another_model,
    "docs/scale.md": a_corpus_and_a_model,
    "docs/tagging.md": texts_and_a_model,
}
TUTORIALS = ("docs/tutorial-study.md", "docs/tutorial-tagging.md")
#: What takes minutes and is run as it stands elsewhere: by the loop, and by the demo (tests/annotate/demo); and a
#: browser that nobody looks at.
SHORTER = {
    "report": ["--no-evaluation"], "train": ["--encoder", "none", "--no-evaluate"], "evaluate": ["--encoder", "none", "--no-curve"],
    "open": ["--no-browser"],
}  # fmt: skip


def test_every_command_of_a_page_is_run_or_says_why_not() -> None:
    shown = {page: commands(page) for page in PAGES if commands(page)}
    elsewhere = {"docs/loop.md", "docs/contributing.md", *WITH_STUDIO} | {
        page for page in shown if not runnable(page)
    }
    assert set(shown) == {*LAID, *TUTORIALS, *elsewhere}
    assert set(NOT_RUN) <= {line for page in PAGES for line in (*commands(page), *inline(page))}
    untyped = [
        (page, line)
        for page in PAGES
        for language, text in blocks(page)
        for line in text.splitlines()
        if language not in {TYPED, PROMPTED} and re.match(r" *(\$ |standpunkt )", line)
    ]
    assert untyped == [], f"commands stand in blocks of {TYPED} or {PROMPTED}"


@pytest.mark.slow
@pytest.mark.parametrize("page", LAID)
def test_the_commands_of_a_page_run_as_they_stand(
    page: str, halfway: Path, standpunkt: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page").mkdir()
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "1")
    shell = Shell(standpunkt, monkeypatch, LAID[page](halfway, tmp_path / "page"), more=SHORTER)
    shell.run_all(runnable(page))


@pytest.mark.slow
@pytest.mark.usefixtures("kept_vectors", "quick_training")
def test_the_tutorials_run_from_the_first_line_to_the_last(
    standpunkt: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other in one folder: what the second repeats of the first is not done twice."""
    shell = Shell(
        standpunkt, monkeypatch, tmp_path, more={verb: SHORTER[verb] for verb in ("evaluate", "report")}
    )
    first, second = map(runnable, TUTORIALS)
    shell.run_all(first)
    shell.run_all([line for line in second if line not in first])
    for written in ("smartphone.html", "piece.html", "pages/index.html"):
        assert "<html" in Path(written).read_text("utf-8")
