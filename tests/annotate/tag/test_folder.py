"""A folder of pieces: an index with the way to every sentence, and a run that can be broken off."""

import json
import os
import re
import sqlite3
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import msgspec
import pytest

from annotate.tag import folder as tagging
from running import Ran
from schemas.jsonl import write_jsonl
from small_gold import gold

Run = Callable[..., Ran]
OWN = "Das Tempolimit nützt allen, und zwar in Ort {n}."
OTHER = "Das Tempolimit sei Unfug, sagte Herr Q{n} dazu."
OFF = "Im Wald von Ort {n} regnet es seit {n} Tagen."


def write(folder: Path, n: int, day: str | None = None, author: str = "Grete Halm") -> Path:
    matter = f"---\ntitle: Text {n}\nauthor: {author}\n{f'date: {day}' if day else ''}\n---\n\n"
    path = folder / f"t{n:03}.md"
    path.write_text(matter + " ".join(s.format(n=n) for s in (OWN, OTHER, OFF, OFF)), "utf-8")
    return path


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texte"
    folder.mkdir()
    for n in range(12):
        write(folder, n, f"2025-0{1 + n % 6}-{10 + n}")
    return folder


def links_of(page: Path) -> list[str]:
    return re.findall(r'href="([^"#:]+)(?:#([^"]+))?"', page.read_text("utf-8"))  # type: ignore[return-value]


def test_every_link_of_the_index_leads_to_a_page_and_a_place_in_it(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    site = tmp_path / "seite"
    assert standpunkt("tag", texts, "-m", model, "--to", "html", "-o", site).code == 0
    pages = list(site.rglob("*.html"))
    assert len([p for p in pages if p.parent.name == "texte"]) == 12
    for page in pages:
        for href, anchor in links_of(page):
            goal = (page.parent / href).resolve()
            assert goal.exists(), (page.name, href)
            assert not anchor or f'id="{anchor}"' in goal.read_text("utf-8"), (page.name, href, anchor)


def test_a_figure_counts_the_sentences_it_leads_to(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    site = tmp_path / "seite"
    standpunkt("tag", texts, "-m", model, "--to", "html", "-o", site, "--summary", tmp_path / "s.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text("utf-8").splitlines()]
    touched = sum(row["targets"]["tempolimit"]["touched"] for row in rows)
    page = (site / "saetze" / "stance.tempolimit.html").read_text("utf-8")
    assert touched > 0
    assert page.count("<li>") == touched
    assert "sei Unfug" not in page  # relayed speech is nobody's stance here
    assert f"{touched} von 48 Sätzen; nicht bereinigt: keine von Hand codierten Sätze." in (
        site / "index.html"
    ).read_text("utf-8")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([f"2025-01-{n:02}" for n in range(1, 10)], "9 datierte Texte, die 8 Tage umspannen"),
        ([f"2025-01-{n:02}" for n in range(1, 13)], "12 datierte Texte, die 11 Tage umspannen"),
        ([f"2025-01-{2 * n:02}" for n in range(1, 13)], None),
        ([None] * 12, "hier sind es 0 datierte Texte."),
    ],
)
def test_too_little_draws_no_trend_and_says_so(
    standpunkt: Run, model: Path, tmp_path: Path, days: list[str | None], words: str | None
) -> None:
    folder = tmp_path / "texte"
    folder.mkdir()
    for n, day in enumerate(days):
        write(folder, n, day)
    standpunkt("tag", folder, "-m", model, "--to", "html", "-o", tmp_path / "seite")
    index = (tmp_path / "seite" / "index.html").read_text("utf-8")
    assert ("Kein Verlauf" in index) == bool(words)
    assert ("Zeitraum" in index) != bool(words)
    assert (words or "Zeitraum") in index


def test_undated_pieces_are_left_out_of_time_and_counted(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    write(texts, 90)
    write(texts, 91, "irgendwann im Mai")
    standpunkt("tag", texts, "-m", model, "--to", "html", "-o", tmp_path / "seite")
    assert "2 Texte ohne gesichertes Datum fehlen in jedem Verlauf." in (
        tmp_path / "seite" / "index.html"
    ).read_text("utf-8")


def test_with_gold_the_errors_of_this_study_are_measured_once(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    unseen = [
        msgspec.structs.replace(row, sentence_id=f"x{row.sentence_id}", commentary_id=f"x{row.commentary_id}")
        for row in gold()
    ]
    write_jsonl(tmp_path / "gold.jsonl", unseen)
    words = (
        "tag",
        texts,
        "-m",
        model,
        "--to",
        "html",
        "-o",
        tmp_path / "seite",
        "--gold",
        tmp_path / "gold.jsonl",
    )
    assert standpunkt(*words).code == 0
    index = (tmp_path / "seite" / "index.html").read_text("utf-8")
    assert "bei 160 von Hand codierten Sätzen machte, die es nicht kannte" in index
    assert "um die Fehler des Modells bereinigt." in index
    kept = (tmp_path / "seite" / ".errors.json").read_bytes()
    assert standpunkt(*words).code == 0
    assert (tmp_path / "seite" / ".errors.json").read_bytes() == kept


def test_nothing_is_corrected_in_texts_the_model_has_learned_from(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    known = f"---\ntitle: T\nid: {gold()[0].commentary_id}\n---\n\nDas Tempolimit nützt allen.\n"
    (texts / "gelernt.md").write_text(known, "utf-8")
    write_jsonl(tmp_path / "gold.jsonl", gold())
    words = ("--to", "html", "-o", tmp_path / "seite", "--gold", tmp_path / "gold.jsonl")
    assert standpunkt("tag", texts, "-m", model, *words).code == 0
    index = (tmp_path / "seite" / "index.html").read_text("utf-8")
    assert "Aus Texten hier hat es gelernt" in index
    assert "nicht bereinigt: das Modell hat aus Texten hier gelernt." in index
    assert not (tmp_path / "seite" / ".errors.json").exists()


def test_errors_that_cannot_be_measured_leave_the_figures_as_counted(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "gold.jsonl", gold())  # learned from, and too alike to hold a part out
    ran = standpunkt(
        "tag", texts, "-m", model, "--to", "html", "-o", tmp_path / "seite", "--gold", tmp_path / "gold.jsonl"
    )
    assert ran.code == 0
    assert "errors could not be measured: all 8 commentaries share" in ran.err
    assert "nicht um die Fehler des Modells bereinigt" in (tmp_path / "seite" / "index.html").read_text(
        "utf-8"
    )


def test_a_broken_off_run_goes_on_and_ends_as_if_it_had_not_been(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, parts = tmp_path / "ganz.jsonl", tmp_path / "stücke.jsonl"
    standpunkt("tag", texts, "-m", model, "-o", whole)
    added = tagging.Ledger.add
    left = [5]

    def add(self: tagging.Ledger, *rest: object) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        added(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(tagging.Ledger, "add", add)
    assert standpunkt("tag", texts, "-m", model, "-o", parts).code == 130
    assert not parts.exists()
    monkeypatch.setattr(tagging.Ledger, "add", added)
    ran = standpunkt("tag", texts, "-m", model, "-o", parts)
    assert "already finished: 5 of 12 commentaries" in ran.err
    assert parts.read_bytes() == whole.read_bytes()
    assert [p.name for p in tmp_path.glob("*.sqlite")] == []


def test_a_changed_text_is_done_again_and_a_deleted_one_goes(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    words = ("tag", texts, "-m", model, "--to", "html", "-o", tmp_path / "seite", "--json")
    standpunkt(*words)
    gone = next(p for p in (tmp_path / "seite" / "texte").iterdir() if "Text 3 " in p.read_text("utf-8"))
    (texts / "t003.md").unlink()
    write(texts, 5, "2025-03-15", author="Jemand Neues")
    ran = standpunkt(*words)
    assert "already finished: 10 of 11 commentaries" in ran.err
    assert json.loads(ran.out)["commentaries"] == 11
    assert not gone.exists()


def test_a_text_that_was_mended_keeps_its_page(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    words = ("tag", texts, "-m", model, "--to", "html", "-o", tmp_path / "seite")
    standpunkt(*words)
    mended = texts / "t005.md"
    mended.write_text(mended.read_text("utf-8").replace("regnet", "schneit"), "utf-8")
    assert standpunkt(*words).code == 0
    pages = [page.read_text("utf-8") for page in (tmp_path / "seite" / "texte").iterdir()]
    assert len(pages) == 12
    assert sum("schneit" in page for page in pages) == 1


def test_two_workers_give_the_bytes_of_one(standpunkt: Run, model: Path, texts: Path, tmp_path: Path) -> None:
    for n in (1, 2):
        assert (
            standpunkt(
                "tag", texts, "-m", model, "--to", "csv", "-o", tmp_path / f"{n}.csv", "--workers", n
            ).code
            == 0
        )
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()


def test_what_cannot_be_read_is_listed_with_its_reason_and_stops_nothing(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    (texts / "leer.txt").write_text("", "utf-8")
    (texts / "latin.txt").write_bytes("Größe".encode("latin-1"))
    (texts / "bild.pdf").write_bytes(b"%PDF-1.4")
    (texts / "rows.jsonl").write_text(
        '{"text": "Das Tempolimit nützt allen."}\n{"text": 5}\n{"text": "Es regnet."}\n', "utf-8"
    )
    ran = standpunkt("tag", texts, "-m", model, "--to", "html", "-o", tmp_path / "seite", "--json")
    report = json.loads(ran.out)
    assert ran.code == 1
    assert report["commentaries"] == 14
    reasons = " ".join(row["reason"] for row in report["failed"])
    for words in ("leer.txt", "is empty", "latin.txt", "not UTF-8", "bild.pdf", "rows.jsonl:2"):
        assert words in reasons, words
    assert "Nicht gelesen" in (tmp_path / "seite" / "index.html").read_text("utf-8")


def test_a_ledger_of_another_model_is_begun_anew(tmp_path: Path) -> None:
    ledger = tagging.Ledger(tmp_path / "l.sqlite", "eins")
    ledger.close()
    with sqlite3.connect(tmp_path / "l.sqlite") as db:
        db.execute("INSERT INTO pieces (key, place) VALUES ('k', 0)")
    again = tagging.Ledger(tmp_path / "l.sqlite", "eins")
    assert again.meet("k", 0)
    again.close()
    assert not tagging.Ledger(tmp_path / "l.sqlite", "zwei").meet("k", 0)


def test_a_ledger_that_cannot_be_used_is_named(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    tag = ("tag", texts, "-m", model, "--to", "html", "-o", tmp_path / "seite")
    assert standpunkt(*tag).code == 0
    place = tmp_path / "seite" / ".tagged.sqlite"
    for words in ("UPDATE pieces SET done = '[]'", "UPDATE pieces SET done = NULL", "DROP TABLE hits"):
        whole = place.read_bytes()
        with sqlite3.connect(place) as db:
            db.execute(words)
        ran = standpunkt(*tag)
        assert ran.code in (0, 1)
        assert ran.code == 0 or f"error: {place}: damaged" in ran.err
        place.write_bytes(whole)
    data = bytearray(place.read_bytes())
    data[4096:] = b"\xff" * len(data[4096:])
    place.write_bytes(data)
    ran = standpunkt(*tag)
    assert (ran.code, ran.err.count("error: ")) == (1, 1)
    assert f"error: {place}: cannot be used" in ran.err


def test_a_worker_that_is_killed_is_said(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise BrokenProcessPool

    monkeypatch.setattr("concurrent.futures.Future.result", killed)
    ran = standpunkt("tag", texts, "-m", model, "-o", tmp_path / "r.jsonl", "--workers", "2")
    assert ran.code == 1
    assert "error: one of the workers was ended" in ran.err


def test_names_of_any_bytes_are_tagged_and_shown(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    for name in (b"/Fl\xfcsse.txt", b"/Fl\xfcsse.odt"):
        Path(os.fsdecode(bytes(texts) + name)).write_text("Das Tempolimit nützt allen.", "utf-8")
    ran = standpunkt("tag", texts, "-m", model, "-o", tmp_path / "r.jsonl", "--json")
    assert ran.json["commentaries"] == 13
    assert [row["input"] for row in ran.json["failed"]] == [f"{texts}/Fl\\xfcsse.odt"]


@pytest.mark.parametrize("odd", ["../x", "a/b", "..", "Ä b", "CON:1"])
def test_no_id_leaves_the_folder(odd: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]+\.html", tagging.page_name(odd))
    assert tagging.page_name(odd) != tagging.page_name(f"{odd}-")


def test_what_is_new_stands_on_the_page(standpunkt: Run, model: Path, texts: Path, tmp_path: Path) -> None:
    for n in range(12, 30):
        write(texts, n, f"2025-01-{n - 11:02}")
    (texts / "neu.md").write_text(
        "---\ntitle: Neu\nauthor: Grete Halm\ndate: 2025-09-01\n---\n\n"
        + " ".join(OWN.format(n=n) for n in range(30)), "utf-8",
    )  # fmt: skip
    standpunkt("tag", texts, "-m", model, "--to", "html", "-o", tmp_path / "seite")
    page = next(p for p in (tmp_path / "seite" / "texte").glob("neu-*.html"))
    assert (
        "Häufiger als in den 30 früheren Texten: „Soll auf Autobahnen ein Tempolimit gelten?“"
        in page.read_text("utf-8")
    )
