"""The whole loop on a real Label Studio, run as a newcomer runs it."""

import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from annotate.commands.demo import demo_words
from annotate.demo.coders import coder_login
from annotate.demo.links import Door, serve_links
from annotate.demo.run import DemoReport
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.label_studio.retry import DIRECT
from running import run_demo_command
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Commentary, GoldSentence, Sentence

pytestmark = [pytest.mark.studio, pytest.mark.slow]


def projects(demo: dict[str, Any]) -> dict[str, int]:
    return {row["annotator"]: row["project"] for row in demo["push"]["projects"]}


def test_every_step_reports_under_its_name(demo: dict[str, Any]) -> None:
    steps = ("split", "push", "pull", "agree", "adjudicate", "train", "evaluate", "tag", "prelabel")
    assert [step for step in steps if not demo[step]] == []


def test_ctrl_c_ends_it_with_a_word_and_the_next_run_goes_on(demo: dict[str, Any]) -> None:
    code, said = demo["stopped"]
    assert code == 130
    assert said.endswith("stopped; the same command goes on from here\n")
    assert "Traceback" not in said
    assert all(row["created"] > 0 for row in demo["code"])  # so it was stopped before the end of that


def test_the_material_is_as_large_as_promised(demo: dict[str, Any]) -> None:
    assert demo["split"]["commentaries"] >= 30
    assert demo["split"]["sentences"] >= 400
    assert demo["push"]["unchanged"] == 2 * demo["split"]["sentences"]


def test_one_wrong_date_is_flagged(demo: dict[str, Any]) -> None:
    assert [row["flag"] for row in demo["split"]["flags"]].count("date_out_of_line") == 1


def test_each_annotator_has_a_project_of_their_own_coded_by_themselves(
    demo: dict[str, Any], server: LocalStudio
) -> None:
    folder = Path(demo["study"]) / "data" / "exports"
    coders = {}
    for name in ("anna", "ben"):
        tasks = json.loads((folder / f"{name}.json").read_bytes())
        coders[name] = {a["completed_by"] for task in tasks for a in task["annotations"]}
    admin = 1
    assert all(len(people) == 1 and admin not in people for people in coders.values())
    assert coders["anna"] != coders["ben"]


def test_no_annotation_is_lost_or_invalid_on_the_way(demo: dict[str, Any]) -> None:
    pulled = demo["pull"]
    assert pulled["annotations"] == sum(row["created"] + row["present"] for row in demo["code"]) == 1202
    assert (pulled["skipped"], pulled["incomplete"], pulled["invalid"], pulled["problems"]) == (0, 0, 0, [])


def test_what_was_coded_is_what_was_pulled(demo: dict[str, Any]) -> None:
    from annotate.demo.material import codings

    study = Path(demo["study"])
    given = {name: codings(name) for name in ("anna", "ben")}
    for row in read_jsonl(study / "data" / "annotations.jsonl", Annotation):
        meant = given[row.annotator][row.sentence_id].layers
        touched = {t: c for t, c in row.layers["stance"].items() if c != "unrelated"}  # type: ignore[union-attr]
        assert touched == meant["stance"]
        assert len(row.layers["stance"]) == 8  # type: ignore[arg-type]
        for layer in ("voice", "function"):
            assert row.layers[layer] == meant[layer]
        assert sorted(row.layers["rhetoric"]) == sorted(meant["rhetoric"])  # type: ignore[arg-type]


def test_agreement_is_better_than_chance_and_worse_than_perfect(demo: dict[str, Any]) -> None:
    layers = demo["agree"]["layers"]
    assert set(layers) == {"voice", "function", "stance", "rhetoric"}
    for name, layer in layers.items():
        assert 0.3 < layer["alpha"] < 1, name


def test_every_layer_is_trained_and_beats_its_baseline(demo: dict[str, Any]) -> None:
    for name, layer in demo["train"]["layers"].items():
        assert layer["trained"], (name, layer["reason"])
    for name, layer in demo["evaluate"]["layers"].items():
        assert layer["macro_f1"] > layer["baseline_macro_f1"], name


def test_the_model_never_saw_the_pieces_it_tags(demo: dict[str, Any]) -> None:
    from annotate.demo.material import HELD_OUT

    gold = read_jsonl(Path(demo["study"]) / "data" / "gold.jsonl", GoldSentence)
    assert {row.commentary_id for row in gold}.isdisjoint(HELD_OUT)
    assert demo["tag"]["commentaries"] == len(HELD_OUT) == 3


def test_sentences_are_slices_of_their_commentary(demo: dict[str, Any]) -> None:
    data = Path(demo["study"]) / "data"
    texts = {c.commentary_id: c.text for c in read_jsonl(data / "commentaries.jsonl", Commentary)}
    for sentence in read_jsonl(data / "sentences.jsonl", Sentence):
        assert texts[sentence.commentary_id][sentence.start : sentence.end] == sentence.text


def test_suggestions_stand_on_tasks_nobody_coded_and_are_shown(
    demo: dict[str, Any], server: LocalStudio
) -> None:
    from annotate.demo.material import HELD_OUT

    studio = Studio(server.url, server.token)
    for project in projects(demo).values():
        held = studio.project(project)
        assert held is not None
        assert held.model_version == demo["train"]["model_version"]
        tasks = {task.id: task for task in studio.tasks(project)}
        suggested = [p.task for p in studio.predictions(project)]
        assert suggested
        assert len(set(suggested)) == len(suggested)
        assert {tasks[task].data["commentary_id"] for task in suggested} <= set(HELD_OUT)
        assert {task.id for task in tasks.values() if task.data["note"]} == set(suggested)


def screen(demo: dict[str, Any], links: dict[str, str]) -> list[str]:
    report = msgspec.convert(demo, DemoReport)
    return demo_words(report, links, server_stays=False).splitlines()


def test_the_demo_ends_in_one_screen_of_80_columns_with_three_links(demo: dict[str, Any]) -> None:
    links = {name: f"http://127.0.0.1:65535/{'x' * 16}/{name}" for name in ("anna", "text", "report")}
    lines = screen(demo, links)
    assert len(lines) <= 26
    assert max(len(line) for line in lines if demo["study"] not in line) <= 80
    said = "\n".join(lines)
    assert all(link in said for link in links.values())
    assert "standpunkt init studie" in said


def test_without_waiting_it_names_files_in_place_of_links(demo: dict[str, Any]) -> None:
    said = "\n".join(screen(demo, {}))
    assert Path(demo["page"]).as_uri() in said
    assert Path(demo["report"]).as_uri() in said


def test_the_link_that_signs_in_is_taken_by_the_server_as_that_person(
    demo: dict[str, Any], server: LocalStudio
) -> None:
    login = coder_login(server.url, "anna")
    place = demo["push"]["projects"][0]["link"]
    door = Door(url=server.url, email=login.email, password=str(login.password), place=place)
    with serve_links({"anna": door}) as links, httpx.Client(trust_env=False, mounts=DIRECT) as browser:
        opened = browser.get(links["anna"], follow_redirects=True)
        me = browser.get(f"{server.url}/api/current-user/whoami")
    assert str(opened.url) == place
    assert me.json()["email"] == login.email


def test_the_report_is_that_of_the_study(demo: dict[str, Any]) -> None:
    page = Path(demo["report"]).read_text("utf-8")
    assert demo["train"]["model_version"] in page


def test_the_page_is_one_file_with_the_piece_in_it(demo: dict[str, Any]) -> None:
    page = Path(demo["page"]).read_text("utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_a_second_run_creates_nothing_and_gives_the_same_bytes(demo: dict[str, Any]) -> None:
    study = Path(demo["study"])
    files = [*sorted((study / "data").glob("*.jsonl")), Path(demo["page"]), Path(demo["report"])]
    before = {path.name: path.read_bytes() for path in files}
    again = run_demo_command(study)
    assert again["push"]["created"] == again["push"]["updated"] == 0
    assert [row["created"] for row in again["code"]] == [0, 0]
    assert again["prelabel"]["created"] == again["prelabel"]["replaced"] == 0
    assert again["prelabel"]["unchanged"] > 0
    assert again["train"]["model_version"] == demo["train"]["model_version"]
    assert {path.name: path.read_bytes() for path in files} == before
