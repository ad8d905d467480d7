"""Who is let in, what a form may do, and that nothing is done by looking."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from annotate.start.app import Secrets, make_app
from annotate.start.jobs import Job, Jobs
from annotate.start.state import StudyState
from annotate.study.folder import Study
from schemas.files import write_text
from schemas.jsonl import read_jsonl
from schemas.records import Commentary

HOST = "127.0.0.1:8100"
URL = f"http://{HOST}"

StateOf = Callable[[str], Study]


class Site:
    """The page of a study as a test asks it."""

    def __init__(self, study: Study, *, signed_in: bool = True) -> None:
        self.study = study
        self.secrets = Secrets(8100)
        self.jobs = Jobs()
        app = make_app(StudyState(study.folder, None), self.jobs, self.secrets, hosts={HOST})
        self.client = TestClient(app, base_url=URL, follow_redirects=False)
        if signed_in:
            self.client.cookies.set(self.secrets.cookie, self.secrets.session)

    def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> Any:
        fields = {"csrf": self.secrets.csrf, **fields}
        return self.client.post(path, data=fields, headers={"Origin": URL} | (headers or {}))

    def run(self, verb: str, **fields: str) -> str:
        """What a verb said, once it has ended."""
        assert self.post("/run", verb=verb, **fields).status_code == 303
        self.jobs.wait()
        assert self.jobs.last is not None
        assert self.jobs.last.code == 0, self.jobs.last.lines
        return "\n".join(self.jobs.last.lines)


@pytest.fixture
def site(state_of: StateOf) -> Iterator[Callable[..., Site]]:
    made: list[Site] = []

    def make(state: str, **more: Any) -> Site:
        made.append(Site(state_of(state), **more))
        return made[-1]

    yield make
    for one in made:
        one.jobs.stop()


Make = Callable[..., Site]


# ---------------------------------------------------------------------- who is let in


def test_the_link_is_good_once_and_then_the_cookie(site: Make) -> None:
    one = site("empty", signed_in=False)
    ticket = one.secrets.ticket
    entered = one.client.get(f"/?ticket={ticket}")
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and ticket not in cookie
    assert one.client.get("/").status_code == 200
    other = TestClient(one.client.app, base_url=URL, follow_redirects=False)
    assert other.get(f"/?ticket={ticket}").status_code == 403
    assert "standpunkt open" in other.get("/").text


@pytest.mark.parametrize("path", ["/", "/job", "/?ticket=", "/?ticket=x", "/pages/x/guidelines", "/nothing"])
def test_nobody_else_is_let_in(site: Make, path: str) -> None:
    answer = site("empty", signed_in=False).client.get(path)
    assert answer.status_code == 403
    assert "demo" not in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8100", "127.0.0.1", "127.0.0.1:80", "[::1]:8100"]
)
def test_another_name_for_this_machine_is_refused(site: Make, host: str) -> None:
    answer = site("empty").client.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "expected to be called as 127.0.0.1:8100" in answer.text


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({"Origin": "http://evil.example"}, {}),
        ({"Origin": "null"}, {}),
        ({"Origin": "http://127.0.0.1:9999"}, {}),
        ({"Origin": "https://127.0.0.1:8100"}, {}),
        ({}, {"csrf": "x"}),
        ({}, {"csrf": ""}),
    ],
)
@pytest.mark.parametrize("path", ["/run", "/stop", "/forget", "/decide"])
def test_a_form_of_another_page_is_refused(
    site: Make, path: str, headers: dict[str, str], fields: dict[str, str]
) -> None:
    one = site("split")
    assert one.post(path, headers, verb="split", **fields).status_code == 403
    assert one.jobs.last is None


def test_a_form_without_origin_or_cookie_is_refused(site: Make) -> None:
    one = site("split")
    assert one.client.post("/run", data={"csrf": one.secrets.csrf, "verb": "split"}).status_code == 403
    one.client.cookies.clear()
    assert one.post("/run", verb="split").status_code == 403
    assert one.jobs.last is None


def test_nothing_is_done_by_looking(site: Make) -> None:
    one = site("split")
    before = {p: p.stat().st_mtime_ns for p in one.study.folder.rglob("*") if p.is_file()}
    for path in ("/", "/?lang=en", "/job", f"/pages/{one.secrets.pages}/guidelines"):
        assert one.client.get(path).status_code == 200
    for path in ("/run?verb=split", "/stop", "/decide", "/forget"):
        assert one.client.get(path).status_code == 405
    for method in ("PUT", "DELETE", "OPTIONS", "HEAD"):
        assert one.client.request(method, "/").status_code == 405
    assert one.jobs.last is None
    assert before == {p: p.stat().st_mtime_ns for p in one.study.folder.rglob("*") if p.is_file()}


def test_a_large_form_is_refused(site: Make) -> None:
    assert site("empty").post("/run", verb="x" * 100_000).status_code == 413


def test_no_page_of_another_site_may_hold_or_keep_it(site: Make) -> None:
    headers = site("empty").client.get("/").headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-resource-policy"] == "same-origin"


# ---------------------------------------------------------------------- pages


def write_page(study: Study) -> None:
    write_text(study.reports / "texte.html", "<!DOCTYPE html><title>Drei Texte</title><p>Text")


def test_pages_are_read_without_the_rights_of_this_one(site: Make) -> None:
    one = site("split")
    write_page(one.study)
    answer = one.client.get(f"/pages/{one.secrets.pages}/reports/texte.html")
    assert answer.text.endswith("<p>Text")
    assert answer.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in answer.headers["content-security-policy"]
    assert "Satzart" in one.client.get(f"/pages/{one.secrets.pages}/guidelines").text


@pytest.mark.parametrize(
    "name",
    ["study.yaml", "../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "data/annotations.jsonl", "einladungen/anna.txt",
     "commentaries/fremd.html", ".standpunkt/state.json", "reports", "/etc/passwd", "reports/%00.html"],
)  # fmt: skip
def test_nothing_but_its_pages_is_given_out(site: Make, name: str) -> None:
    one = site("split")
    write_page(one.study)
    (one.study.commentary_folder / "fremd.html").write_text("fremd", "utf-8")
    answer = one.client.get(f"/pages/{one.secrets.pages}/{name}")
    assert answer.status_code in (404, 405)
    assert "fremd</" not in answer.text


def test_the_pages_of_a_site_go_with_its_first(site: Make) -> None:
    one = site("split")
    write_page(one.study)
    folder = one.study.folder / "tagged" / "texte"
    folder.mkdir(parents=True)
    (folder.parent / "index.html").write_text("alle", "utf-8")
    (folder / "einer.html").write_text("einer", "utf-8")
    assert one.client.get(f"/pages/{one.secrets.pages}/tagged/texte/einer.html").text == "einer"


# ---------------------------------------------------------------------- words


def test_the_page_speaks_the_codebooks_language_or_the_other(site: Make) -> None:
    one = site("half")
    assert '<html lang="de">' in (german := one.client.get("/").text) and "Entscheiden, was gilt" in german
    assert (
        '<html lang="en">' in (english := one.client.get("/?lang=en").text)
        and "Decide what counts" in english
    )
    assert one.post("/forget", lang="en").headers["location"] == "/?lang=en"
    assert one.post("/forget", lang="xx").headers["location"] == "/"


def test_a_damaged_file_is_said_on_the_page(site: Make) -> None:
    one = site("half")
    one.study.annotations.write_text("{", "utf-8")
    answer = one.client.get("/")
    assert answer.status_code == 409
    assert "annotations.jsonl:1" in answer.text


def test_what_is_in_the_texts_is_never_markup(site: Make) -> None:
    one = site("split")
    path = one.study.commentaries
    path.write_text(
        path.read_text("utf-8").replace("Der Teppich war schön", "<script>alert(1)</script>"), "utf-8"
    )
    assert "<script>alert(1)" not in (shown := one.client.get("/").text)
    assert "&lt;script&gt;alert(1)" in shown


# ---------------------------------------------------------------------- what is decided


@pytest.mark.slow
def test_a_date_that_is_right_is_no_doubt_any_more(site: Make) -> None:
    one = site("split")
    (doubt,) = StudyState(one.study.folder, None).known()[1].doubts
    assert one.post("/decide", commentary=doubt.commentary, field="date", answer="right").status_code == 303
    assert "zu entscheiden" not in (shown := one.client.get("/").text)
    assert "Die Texte noch einmal teilen" in shown
    one.run("split")
    assert "zu entscheiden" not in one.client.get("/").text
    assert (
        next(
            c.date
            for c in read_jsonl(one.study.commentaries, Commentary)
            if c.commentary_id == doubt.commentary
        )
        == "2026-08-20"
    )


@pytest.mark.slow
def test_another_date_counts_once_the_texts_are_split_again(site: Make) -> None:
    one = site("split")
    (doubt,) = StudyState(one.study.folder, None).known()[1].doubts
    fields = {"commentary": doubt.commentary, "field": "date", "answer": "other"}
    assert one.post("/decide", **fields, date="gestern").status_code == 303
    assert "„gestern“" not in one.client.get("/").text
    assert not one.study.corrections.exists()
    one.post("/decide", **fields, date="2025-08-20")
    one.run("split")
    assert (
        next(
            c.date
            for c in read_jsonl(one.study.commentaries, Commentary)
            if c.commentary_id == doubt.commentary
        )
        == "2025-08-20"
    )
    one.post("/decide", **fields, date="2025-08-19")
    assert "decided meanwhile" in one.client.get("/").text


@pytest.mark.slow
def test_a_line_that_looks_like_a_title_is_decided(site: Make) -> None:
    one = site("empty")
    text = "Der Titel | Erika Beispiel. 23.10.2025.\n\nEs regnet heute.\n\nDer Sommer; Karl Roth; 26.10.2025\n\nEs regnet.\n"
    (one.study.commentary_folder / "eins.txt").write_text(text, "utf-8")
    one.run("split")
    (doubt,) = StudyState(one.study.folder, None).known()[1].doubts
    assert (doubt.flag, doubt.found) == ("looks_like_title_line", "Der Sommer; Karl Roth; 26.10.2025")
    assert "sieht aus wie eine Titelzeile" in one.client.get("/").text
    one.post("/decide", commentary=doubt.commentary, field="title_line", answer="text")
    one.run("split")
    assert "sieht aus wie" not in one.client.get("/").text
    assert [c.title for c in read_jsonl(one.study.commentaries, Commentary)] == ["Der Titel"]


# ---------------------------------------------------------------------- what is run


@pytest.mark.slow
def test_a_verb_that_is_run_says_and_does_what_it_does_in_a_terminal(site: Make) -> None:
    one = site("half")
    said = one.run("adjudicate")
    assert "200 sentences: 167 decided, 33 with something open" in said
    assert one.study.gold.exists()
    shown = one.client.get("/").text
    assert "Entscheiden: fertig" in shown and "200 sentences: 167 decided" in shown
    one.post("/forget")
    assert "Entscheiden: fertig" not in one.client.get("/").text


@pytest.mark.slow
def test_agree_writes_its_page_and_the_page_is_there(site: Make) -> None:
    one = site("half")
    one.run("agree")
    assert "/reports/agreement.html" in one.client.get("/").text


@pytest.mark.slow
def test_a_verb_that_fails_says_why(site: Make) -> None:
    one = site("empty")
    one.post("/run", verb="push")
    one.jobs.wait()
    shown = one.client.get("/").text
    assert "Sätze verteilen: ging nicht" in shown
    assert "error: " in shown


def test_the_end_of_a_long_saying_is_kept_and_told_whole() -> None:
    job = Job("agree", "standpunkt agree")
    for number in range(1000):
        job.say(f"line {number}")
    job.say("next: `standpunkt adjudicate` (decides the codings into")
    job.say("  gold)")
    assert job.last == "next: `standpunkt adjudicate` (decides the codings into gold)"
    assert len(job.lines) == 400


def test_a_study_that_was_moved_away_is_said_and_found_again(
    site: Make, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    one = site("split")
    away = one.study.folder.rename(tmp_path / "away")
    answer = one.client.get("/")
    assert (answer.status_code, "is not a study" in answer.text) == (409, True)
    assert '<a href="/">' in answer.text
    away.rename(one.study.folder)
    assert one.client.get("/").status_code == 200
    categories = {warning.category for warning in recwarn.list}  # others may be of objects of earlier tests
    assert pytest.PytestUnhandledThreadExceptionWarning not in categories


@pytest.mark.parametrize("verb", ["backup", "", "--help", "model", "studio; rm"])
def test_only_known_verbs_are_run(site: Make, verb: str) -> None:
    one = site("empty")
    assert one.post("/run", verb=verb).status_code == 409
    assert one.jobs.last is None


@pytest.mark.parametrize("number", ["0", "999999"])
def test_a_number_that_is_too_large_is_refused(site: Make, number: str) -> None:
    assert site("split").post("/run", verb="select", number=number).status_code == 409


def test_one_verb_at_a_time_and_it_can_be_ended(
    site: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\necho begonnen\nexec sleep 60\n", "utf-8")
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    one = site("split")
    one.post("/run", verb="split")
    assert one.jobs.last is not None
    while not one.jobs.last.lines:
        time.sleep(0.02)
    one.post("/run", verb="push")
    assert one.jobs.last.verb == "split"
    shown = one.client.get("/").text
    assert "Es läuft schon etwas" in shown and "In Sätze teilen: läuft" in shown
    part = one.client.get("/job")
    assert part.headers["x-state"] == "busy" and "begonnen" in part.text
    one.post("/stop")
    assert "In Sätze teilen: abgebrochen" in one.client.get("/").text
    assert one.client.get("/job").headers["x-state"] == "still"
