"""`look`: the first thing for who has a project already; nothing is written anywhere."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from annotate.label_studio.auth import TokenAuth
from annotate.label_studio.client import Studio
from annotate.label_studio.retry import RetryingClient
from running import Ran
from schemas.errors import StudioError

Run = Callable[..., Ran]
pytestmark = pytest.mark.usefixtures("quick_training")
CONFIG = (
    '<View><Text name="satz" value="$satz"/><Choices name="Art" toName="satz"><Choice value="These"/>'
    '<Choice value="Meldung"/><Choice value="Frage"/></Choices><Labels name="spanne" toName="satz">'
    '<Label value="X"/></Labels></View>'
)
WORDS = [
    "Maut",
    "Tram",
    "Steuer",
    "Rente",
    "Schule",
    "Wald",
    "Bahn",
    "Miete",
    "Wärme",
    "Pflege",
    "Hafen",
    "Brücke",
    "Stadt",
    "Dorf",
    "Kasse",
    "Amt",
    "Gericht",
    "Zeitung",
    "Wahl",
    "Partei",
    "Minister",
    "Bürger",
    "Arbeit",
    "Lohn",
    "Preis",
    "Energie",
    "Strom",
    "Gas",
    "Kohle",
    "Wind",
    "Sonne",
    "Regen",
    "Ernte",
]


def project(texts: int = 12, sentences: int = 6) -> list[dict[str, Any]]:
    """Tasks of a project coded by two, who differ in every tenth sentence."""
    tasks, chance = [], random.Random(7)
    for n in range(texts * sentences):
        subject = " und ".join(chance.sample(WORDS, 5))
        art = ("These", "Meldung", "Frage")[n % 3]
        said = {"These": f"{subject} müssen endlich gerechter werden.",
                "Meldung": f"Am Montag tagte ein Ausschuss zu {subject}.",
                "Frage": f"Wer bezahlt eigentlich {subject}?"}[art]  # fmt: skip
        other = "Meldung" if n % 10 == 0 and art == "These" else art
        made = [
            {"id": 2 * n + by, "completed_by": by, "was_cancelled": False, "lead_time": 1.5,
             "result": [{"from_name": "Art", "to_name": "satz", "type": "choices", "value": {"choices": [value]}}]}
            for by, value in ((1, art), (2, other))
        ]  # fmt: skip
        data = {"satz": said, "artikel": f"a{n // sentences}"}
        tasks.append({"id": n + 1, "project": 7, "data": data, "annotations": made})
    return tasks


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "e.json"
    path.write_text(json.dumps(project()), "utf-8")
    return path


def test_one_page_says_what_an_export_holds(standpunkt: Run, export: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    ran = standpunkt("look", export)
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= 80 + len(str(export))  # what is typed is not broken
    assert len(lines) < 50
    words = " ".join(ran.out.split())
    assert "72 tasks, 72 annotated, 72 by two or more; 144 annotations" in words
    assert "codebook and map are guessed from the answers" in words
    assert "A quick model beside people" in words
    assert "standpunkt codebook from-config" in words
    assert sorted(tmp_path.iterdir()) == before


def test_its_report_has_every_figure(standpunkt: Run, export: Path) -> None:
    report = standpunkt("look", export, "--json").json
    assert (report["tasks"], report["commentaries"], report["by_two"]) == (72, 12, 72)
    assert [(c["control"], c["layer"], c["kind"], c["coded"]) for c in report["controls"]] == [
        ("Art", "art", "one", 144)
    ]
    layer = report["agreement"]["layers"]["art"]
    assert layer["observed"] == pytest.approx(69 / 72, abs=1e-6)
    assert layer["interval"][0] < layer["alpha"] < layer["interval"][1]
    model = report["model"]["art"]
    assert model["macro_f1"] > model["common"]
    assert 0.9 < model["human"] < 1
    assert report["suspects_found"] >= len(report["suspects"])
    assert all(links == ["task " + links[0].split()[1] + " of project 7"] for links in _links(report))


def _links(report: dict[str, Any]) -> list[list[str]]:
    return [one["links"] for one in report["suspects"]]


@pytest.mark.slow
def test_the_commands_it_names_work(
    standpunkt: Run, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    steps = standpunkt("look", export, "--json").json["next"]
    assert [step.split()[1] for step in steps] == ["codebook", "agree", "evaluate", "train"]
    for step in steps:
        extra = ["--encoder", "none"] if step.split()[1] in ("evaluate", "train") else []
        ran = standpunkt(*step.split()[1:], *extra)
        assert ran.code == 0, ran.err
    assert (tmp_path / "model" / "model.json").exists()


def test_a_page_is_written_where_one_is_asked_for(standpunkt: Run, export: Path, tmp_path: Path) -> None:
    page = tmp_path / "look.html"
    assert standpunkt("look", export, "--html", page).code == 0
    text = page.read_text("utf-8")
    assert "A quick model beside people" in text
    assert "<script" not in text


def test_few_codings_say_what_is_missing(standpunkt: Run, tmp_path: Path) -> None:
    path = tmp_path / "few.json"
    tasks = project(2, 3)
    for task in tasks:
        del task["annotations"][1]
    path.write_text(json.dumps(tasks), "utf-8")
    ran = standpunkt("look", path, "--json")
    assert ran.code == 0, ran.err
    assert "6 sentences are decided, 50 are needed" in ran.json["missing"]["model"]
    assert "all 6 codings are by annotator-1" in ran.json["missing"]["agreement"]
    assert "let another person code" in standpunkt("look", path).out


def test_tasks_that_nobody_coded_are_a_page_too(standpunkt: Run, tmp_path: Path) -> None:
    path, book, mapped = tmp_path / "e.json", tmp_path / "book.yaml", tmp_path / "map.yaml"
    tasks = [{**task, "annotations": []} for task in project(2, 2)]
    path.write_text(json.dumps(tasks), "utf-8")
    book.write_text(
        "codebook: b\nversion: 1.0.0\nlanguage: de\nlayers:\n"
        "- {id: art, kind: one, label: Art, codes: [{id: a, label: These}]}\n",
        "utf-8",
    )
    mapped.write_text("text: satz\ncontrols: {Art: {layer: art}}\n", "utf-8")
    ran = standpunkt("look", path, "--codebook", book, "--map", mapped)
    assert ran.code == 0, ran.err
    assert "4 tasks, 0 annotated" in " ".join(ran.out.split())
    assert "nothing to compare" in ran.out


def test_two_people_behind_one_login_are_told_apart_by_names(standpunkt: Run, tmp_path: Path) -> None:
    paths = []
    for number, name in ((2, "anna"), (3, "ben")):
        paths.append(tmp_path / f"{name}.json")
        tasks = []
        for task in project(2, 3):
            made = {**task["annotations"][number - 2], "completed_by": 1, "id": 100 * number + task["id"]}
            tasks.append({**task, "id": 100 * number + task["id"], "project": number, "annotations": [made]})
        paths[-1].write_text(json.dumps(tasks), "utf-8")
    assert "tell them apart with --names" in standpunkt("look", *paths).error
    ran = standpunkt("look", *paths, "--names", "anna.json=anna,ben.json=ben", "--json")
    assert ran.json["annotators"] == {"anna": 6, "ben": 6}
    assert ran.json["by_two"] == 6


class Recorded:
    """A server that answers what `look` asks, and keeps what was asked."""

    def __init__(self, tasks: list[dict[str, Any]]) -> None:
        self.tasks, self.asked = tasks, list[str]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if request.method != "GET":
            return httpx.Response(500)
        if request.url.path == "/api/tasks/":
            return httpx.Response(200, json={"tasks": self.tasks, "total": len(self.tasks)})
        held = {"id": 7, "title": "Von Hand", "description": "", "label_config": CONFIG, "model_version": ""}
        return httpx.Response(200, json=held)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    server = Recorded(project())
    made = RetryingClient.__init__

    def init(self: RetryingClient, auth: TokenAuth, timeout: float, **how: Any) -> None:
        made(self, auth, timeout, **how)
        self._transport = httpx.MockTransport(server)

    monkeypatch.setattr(RetryingClient, "__init__", init)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0123456789")
    return server


@pytest.mark.parametrize(
    "where", [["http://studio.example/projects/7/data?tab=3"], ["http://studio.example", "--project", "7"]]
)
def test_a_server_is_asked_to_read_and_nothing_else(
    standpunkt: Run, recorded: Recorded, tmp_path: Path, where: list[str]
) -> None:
    ran = standpunkt("look", *where, "-o", tmp_path / "kept.json", "--json")
    assert ran.code == 0, ran.err
    assert {asked.split()[0] for asked in recorded.asked} == {"GET"}
    report = ran.json
    assert not report["guessed"]
    assert report["unread"] == {"spanne": "Labels"}
    assert report["commentaries"] == 12
    for (link,) in _links(report):
        assert link.startswith("http://studio.example/projects/7/data?task=")
    assert json.loads((tmp_path / "kept.json").read_text("utf-8")) == recorded.tasks
    assert f"agree {tmp_path / 'kept.json'}" in report["next"][1]


def test_a_client_that_only_reads_sends_nothing_else(recorded: Recorded) -> None:
    studio = Studio("http://studio.example", "0123456789", read_only=True)
    for write in (
        lambda: studio.import_tasks(7, [{"data": {}}]),
        lambda: studio.update_project(7, title="Anders"),
        lambda: studio.create_annotation(1, []),
        lambda: studio.delete_predictions(7, "m"),
        lambda: studio.recount(7),
    ):
        with pytest.raises(StudioError, match="is not sent: reading only"):
            write()
    assert recorded.asked == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["e.json", "--project", "3"], "is a project on a server; a file has one"),
        (["e.json", "--map", "m.yaml"], "names layers and codes: of which codebook?"),
        (["fehlt.json"], "no such file"),
    ],
)
def test_wrong_use_is_one_line(
    standpunkt: Run, export: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], words: str
) -> None:
    monkeypatch.chdir(export.parent)
    assert words in standpunkt("look", *given).error
