"""Files become commentaries: where they begin, what their title lines say, what is flagged."""

import gzip
import io
import json
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from annotate.texts.commentaries import flag_rows, read_commentaries
from annotate.texts.corrections import Correction
from schemas.errors import DataError, SettingsError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Commentary

REAL = Path(__file__).parents[4] / "shared/data/commentaries/portnikov-2025-10.txt"

THREE = """\
Der Winter kommt. Ein Vorwort | Anna Weiß.\u00a003.11.2025.

Es wird kalt. Sehr kalt.\u00a0

Die Heizung | Anna Weiß. 02.11.2025.

  • Gas,
  • Öl.

Im Kreis. Kolumne von Anna Weiß. 01.11.2025


Ein Ofen in Bonn. Foto: Karl Roth / Agentur

https://beispiel.de/ofen?nr=1

Er brennt."""


def read(path: Path, **options: object) -> list[Commentary]:
    return list(read_commentaries([path], **options))  # type: ignore[arg-type]


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def pieces(commentary: Commentary) -> list[tuple[str, str]]:
    return [(block.kind, commentary.text[block.start : block.end]) for block in commentary.blocks]


def test_the_real_file_has_ten_commentaries_and_194_blocks() -> None:
    if not REAL.exists():
        pytest.skip("the real file is not there: ../shared/data/commentaries/portnikov-2025-10.txt")
    found = read(REAL)
    kinds = Counter(block.kind for commentary in found for block in commentary.blocks)
    assert len(found) == 10
    assert kinds.total() == 194
    assert kinds["paragraph"] + kinds["list_item"] == 182
    assert [c.date for c in found if "date_out_of_line" in c.flags] == ["2026-10-21"]
    assert {c.author for c in found} == {"Vitaly Portnikov"}
    assert ". " in found[0].title  # a stop inside the title does not cut it
    assert not any("|" in c.title or "Kolumne" in c.title or "2025" in c.title for c in found)


def test_each_title_line_begins_a_commentary(tmp_path: Path) -> None:
    found = read(write(tmp_path, "alle.txt", THREE))
    assert [(c.title, c.author, c.date) for c in found] == [
        ("Der Winter kommt. Ein Vorwort", "Anna Weiß", "2025-11-03"),
        ("Die Heizung", "Anna Weiß", "2025-11-02"),
        ("Im Kreis", "Anna Weiß", "2025-11-01"),
    ]
    assert pieces(found[1]) == [
        ("title", "Die Heizung | Anna Weiß. 02.11.2025."),
        ("list_item", "Gas,"),
        ("list_item", "Öl."),
    ]
    assert [kind for kind, _ in pieces(found[2])] == ["title", "caption", "url", "paragraph"]
    assert found[2].captions == ["Ein Ofen in Bonn. Foto: Karl Roth / Agentur"]
    assert all(c.source == "alle.txt" and c.flags == [] for c in found)


def test_the_parts_of_a_file_are_its_characters(tmp_path: Path) -> None:
    found = read(write(tmp_path, "alle.txt", THREE))
    assert found[0].text.endswith("Sehr kalt.\u00a0")
    assert all(commentary.text in THREE for commentary in found)
    assert len(THREE) - sum(len(c.text) for c in found) == len("\n\n") * 2


def test_line_ends_become_line_feeds_and_a_bom_goes(tmp_path: Path) -> None:
    plain = read(write(tmp_path, "a.txt", THREE))
    for n, data in enumerate((THREE.replace("\n", "\r\n"), THREE.replace("\n", "\r"), "\ufeff" + THREE)):
        other = read(write(tmp_path, f"{n}/a.txt", data))
        assert other == plain


def test_text_before_the_first_title_line_is_kept_and_flagged(tmp_path: Path) -> None:
    found = read(write(tmp_path, "sammlung.txt", "Texte aus dem November\n\n" + THREE))
    assert (found[0].title, found[0].flags) == ("sammlung", ["no_title_line", "no_date"])
    assert len(found) == 4


def test_a_text_without_title_line_is_named_after_its_file(tmp_path: Path) -> None:
    [found] = read(write(tmp_path, "wetter.txt", "Es regnet. Es hagelt."))
    assert (found.title, found.author, found.date) == ("wetter", None, None)
    assert found.flags == ["no_title_line", "no_date"]


def test_author_and_date_fill_what_is_missing_only(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "Es regnet.\n\n" + THREE)
    found = read(path, author="Karl Roth", date="5. November 2025")
    assert (found[0].author, found[0].date) == ("Karl Roth", "2025-11-05")
    assert (found[1].author, found[1].date) == ("Anna Weiß", "2025-11-03")
    with pytest.raises(SettingsError, match="--date"):
        read(path, date="gestern")


def test_a_date_out_of_line_is_kept_and_reported_with_its_neighbours(tmp_path: Path) -> None:
    found = read(write(tmp_path, "a.txt", THREE.replace("02.11.2025", "02.11.2026")))
    assert [c.flags for c in found] == [[], ["date_out_of_line"], []]
    assert flag_rows(found) == [
        {
            "commentary": found[1].commentary_id,
            "flag": "date_out_of_line",
            "title": "Die Heizung",
            "found": "2026-11-02",
            "neighbours": ["2025-11-03", "2025-11-01"],
        }
    ]


def test_a_date_the_calendar_does_not_have_is_reported_as_it_stands(tmp_path: Path) -> None:
    found = read(write(tmp_path, "a.txt", THREE.replace("02.11.2025", "31.11.2025")))
    assert (found[1].date, found[1].flags) == (None, ["date_unreadable", "no_date"])
    assert flag_rows(found)[0]["found"] == "Die Heizung | Anna Weiß. 31.11.2025."


def test_a_second_text_of_an_author_on_a_day_is_another_commentary(tmp_path: Path) -> None:
    found = read(write(tmp_path, "a.txt", THREE.replace("02.11.2025", "03.11.2025")))
    assert [c.flags for c in found] == [[], ["same_author_and_date"], []]
    assert len({c.commentary_id for c in found}) == 3


def test_ids_rest_on_title_and_author_and_count_over_all_files(tmp_path: Path) -> None:
    first = write(tmp_path, "a.txt", THREE)
    second = write(tmp_path, "b.txt", THREE.replace("2025", "2024").replace("kalt", "warm"))
    ids = [c.commentary_id for c in read_commentaries([first, second])]
    assert ids[3:] == [f"{name}-2" for name in ids[:3]]


def test_corrections_are_made_visibly_before_dates_are_compared(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", THREE.replace("02.11.2025", "02.11.2026"))
    name = read(path)[1].commentary_id
    fix = Correction(commentary=name, field="date", was="02.11.2026", is_="2025-11-02", reason="Tippfehler")
    found = read(path, corrections=[fix])
    assert (found[1].commentary_id, found[1].date, found[1].flags) == (name, "2025-11-02", ["corrected:date"])
    assert flag_rows(found, [fix])[0] == {
        "commentary": name, "flag": "corrected:date", "title": "Die Heizung", "was": "02.11.2026", "is": "2025-11-02", "reason": "Tippfehler",
    }  # fmt: skip


def test_a_corrected_text_gets_its_blocks_anew(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", THREE)
    name = read(path)[0].commentary_id
    fix = Correction(commentary=name, field="text", was="Es wird kalt.", is_="Es wird bitterkalt.")
    assert pieces(read(path, corrections=[fix])[0])[1] == ("paragraph", "Es wird bitterkalt. Sehr kalt.")


def test_markdown_has_front_matter_headings_pictures_and_wrapped_lines(tmp_path: Path) -> None:
    text = (
        "---\ntitle: Der Winter\nauthor: Anna Weiß\ndate: 3. November 2025\noutlet: Morgenblatt\n---\n\n"
        "Es wird\nkalt. Sehr\nkalt.\n\n## Die Folgen\n\n![Ein Ofen](ofen.jpg)\n\n- Gas\n- Öl\n\n> Sagt er.\n\n---\n\nEnde."
    )
    [found] = read(write(tmp_path, "a.md", text))
    assert (found.title, found.author, found.date, found.outlet) == (
        "Der Winter", "Anna Weiß", "2025-11-03", "Morgenblatt",
    )  # fmt: skip
    assert pieces(found) == [
        ("paragraph", "Es wird\nkalt. Sehr\nkalt."),
        ("title", "Die Folgen"),
        ("caption", "Ein Ofen"),
        ("list_item", "Gas"),
        ("list_item", "Öl"),
        ("paragraph", "Sagt er."),
        ("paragraph", "Ende."),
    ]


def test_markdown_without_front_matter_takes_its_first_heading_as_title(tmp_path: Path) -> None:
    [found] = read(write(tmp_path, "a.md", "# Der Winter\n\nEs wird kalt."))
    assert (found.title, pieces(found)[0]) == ("Der Winter", ("title", "Der Winter"))


def test_broken_front_matter_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.md:3: .*second time"):
        read(write(tmp_path, "a.md", "---\ntitle: A\ntitle: B\n---\nText."))


def test_json_lines_give_their_fields_and_keep_their_text(tmp_path: Path) -> None:
    text = unicodedata.normalize("NFD", "Die Heizung | Anna Weiß. 02.11.2025.\r\nÄrger. Öl.")
    row = {
        "id": 7,
        "title": "T",
        "author": "A",
        "date": "2025-11-03T10:00",
        "outlet": "Blatt",
        "text": text,
        "x": 1,
    }
    [found] = read(write(tmp_path, "a.jsonl", json.dumps(row) + "\n"))
    assert found.text == unicodedata.normalize("NFC", text)
    assert (found.commentary_id, found.title, found.date, found.outlet) == ("7", "T", "2025-11-03", "Blatt")
    assert [kind for kind, _ in pieces(found)] == ["paragraph", "paragraph"]


def test_json_lines_without_title_date_or_text_are_flagged(tmp_path: Path) -> None:
    [found] = read(write(tmp_path, "a.jsonl", '{"text": " ", "date": "bald"}\n'))
    assert (found.title, found.flags) == ("a", ["date_unreadable", "no_title", "no_text", "no_date"])


def test_commentaries_written_and_read_again_are_the_same(tmp_path: Path) -> None:
    found = read(write(tmp_path, "alle.txt", THREE))
    write_jsonl(tmp_path / "c.jsonl", found)
    assert read(tmp_path / "c.jsonl") == found == list(read_jsonl(tmp_path / "c.jsonl", Commentary))


def test_json_lines_are_streamed(tmp_path: Path) -> None:
    rows = '{"title": "A", "text": "Eins."}\n{"title": "B", "text": "Zwei."}\nkaputt\n'
    stream = read_commentaries([write(tmp_path, "a.jsonl", rows)])
    assert [next(stream).title, next(stream).title] == ["A", "B"]
    with pytest.raises(DataError, match=r"a\.jsonl:3: not JSON"):
        next(stream)


def test_a_page_gives_its_text_and_what_it_says_of_itself(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura")
    body = "".join(
        f"<p>Der {n}. Absatz ist lang genug, um als Text der Seite zu gelten. Er endet.</p>" for n in range(9)
    )
    page = (
        "<html lang='de'><head><title>Der Winter</title><meta name='author' content='Anna Weiß'>"
        "<meta property='article:published_time' content='2025-11-03'></head>"
        f"<body><nav>Start</nav><article><h1>Der Winter</h1>{body}</article></body></html>"
    )
    [found] = read(write(tmp_path, "a.html", page))
    assert (found.title, found.author, found.date) == ("Der Winter", "Anna Weiß", "2025-11-03")
    assert sum(kind == "paragraph" for kind, _ in pieces(found)) >= 9


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.jsonl"])
def test_each_format_can_be_gzipped(tmp_path: Path, name: str) -> None:
    text = '{"title": "T", "text": "Es regnet."}\n' if name.endswith("l") else "Es regnet."
    [plain] = read(write(tmp_path, name, text))
    [packed] = read(write(tmp_path, f"{name}.gz", gzip.compress(text.encode())))
    assert packed.text == plain.text == "Es regnet."
    assert packed.title == plain.title


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "unter/c.txt", ".versteckt.txt", "bild.png"):
        write(tmp_path, name, "Es regnet.")
    assert [c.source for c in read_commentaries([tmp_path])] == ["a.txt", "b.txt", "unter/c.txt"]


@pytest.mark.parametrize(
    ("data", "titles"),
    [(THREE, 3), ('{"title": "T", "text": "Es regnet."}\n', 1), ("Es regnet.", 1)],
    ids=["text", "json lines", "no title"],
)
def test_standard_input_is_read_by_what_it_is(
    monkeypatch: pytest.MonkeyPatch, data: str, titles: int
) -> None:
    for stream in (io.BytesIO(data.encode()), io.BufferedReader(io.BytesIO(data.encode()))):  # type: ignore[arg-type]
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stream))
        assert len(list(read_commentaries(["-"]))) == titles


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16"])
def test_another_encoding_is_named_and_can_be_read(tmp_path: Path, encoding: str) -> None:
    text = THREE.replace("•", "-")
    path = write(tmp_path, "a.txt", text.encode(encoding))
    with pytest.raises(DataError, match=r"not UTF-8: byte \d+ is 0x.*--encoding"):
        read(path)
    assert [c.text for c in read(path, encoding=encoding)] == [
        c.text for c in read(write(tmp_path, "b.txt", text))
    ]


def test_json_lines_in_another_encoding_can_be_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", '{"title": "Ö", "text": "Ärger."}\n'.encode("cp1252"))
    with pytest.raises(DataError, match=r"a\.jsonl:1: not UTF-8: byte 0xd6 .*--encoding"):
        read(path)
    assert [(c.title, c.text) for c in read(path, encoding="cp1252")] == [("Ö", "Ärger.")]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \n\n", "is empty"),
        ("a.jsonl", b"\n", "is empty"),
        ("a.docx", b"PK\x03\x04", "cannot be unpacked"),
        ("a.pdf", b"%PDF-1.7", "is damaged"),
        ("a.txt", b"%PDF-1.7", "binary format"),
        ("a.csv", b"a,b", "--text-column"),
        ("a.txt.gz", b"kein gzip", "cannot be read"),
        ("a.txt", "Es regnet.".encode("utf-16-le"), "UTF-16"),
        ("a.jsonl", b'{"title": "T"}\n', "missing required field `text`"),
        ("a.jsonl", b"[1]\n", "a.jsonl:1"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_line(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    path = write(tmp_path, name, data)
    with pytest.raises(DataError) as caught:
        read(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_files_empty_folders_and_unknown_encodings_are_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read(tmp_path / "nichts.txt")
    with pytest.raises(DataError, match=r"has no file to read, expected \.txt"):
        read(tmp_path)
    with pytest.raises(SettingsError, match="unknown encoding"):
        read(write(tmp_path, "a.txt", "Es regnet."), encoding="klingonisch")
