"""The forms in which people hold texts: what is taken out of a file, and what is said of it. A case a line."""

from pathlib import Path

import pytest
from press_texts import FACTIVA, FACTIVA_IN_LINES, GENIOS, NEXIS, NEXIS_UNI, PAGE, WEB

from annotate.texts.commentaries import flag_rows, read_commentaries
from annotate.texts.readers.keys import field_of
from annotate.texts.readers.title_lines import read_title_line, suspected_title_lines
from annotate.texts.sentences import split_sentences
from schemas.errors import DataError
from schemas.records import Commentary


def read(folder: Path, name: str, text: str | bytes, **options: object) -> list[Commentary]:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_commentaries([folder / name], **options))  # type: ignore[arg-type]


def sentences(found: list[Commentary]) -> list[str]:
    return [sentence.text for commentary in found for sentence in split_sentences(commentary)]


@pytest.mark.parametrize(
    ("database", "export"),
    [
        ("Nexis", NEXIS),
        ("Nexis", "\f" + NEXIS.replace("\n", "\r\n")),
        ("Nexis", NEXIS.replace("1 of 2 DOCUMENTS", "Dokument 1 von 2").replace("2 of 2 DOCUMENTS", "Dokument 2 von 2")),
        ("Nexis", NEXIS_UNI),
        ("Factiva", FACTIVA),
        ("Factiva", FACTIVA_IN_LINES),
        ("GENIOS", GENIOS),
    ],
)  # fmt: skip
def test_each_article_of_an_export_is_a_commentary(tmp_path: Path, database: str, export: str) -> None:
    notes: list[str] = []
    found = read(tmp_path, "export.txt", export, notes=notes)
    assert [(c.title, c.author, c.date, c.outlet) for c in found] == [
        ("Wer zögert, zahlt später", "Erika Beispiel", "2025-11-03", "Beispiel Zeitung"),
        ("Wer zahlt, schafft an", "Hans Muster", "2025-11-04", "Beispiel Zeitung"),
    ]
    assert sentences(found) == ["Geschehen ist nichts.", "Gar nichts.", "Niemand will zahlen."]
    assert notes == [f"export.txt: read as an export of {database}: 2 commentaries"]


def test_an_article_whose_head_is_unknown_is_text_and_not_lost(tmp_path: Path) -> None:
    found = read(tmp_path, "a.txt", "1 of 2 DOCUMENTS\n\nNur Text.\n\n2 of 2 DOCUMENTS\n\nNoch einer.\n")
    assert sentences(found) == ["Nur Text.", "Noch einer."]
    assert all("no_title" in commentary.flags for commentary in found)


def test_an_article_copied_from_a_web_page_has_its_head_and_its_sentences(tmp_path: Path) -> None:
    notes: list[str] = []
    [found] = read(tmp_path, "a.txt", WEB, notes=notes)
    assert (found.title, found.author, found.date) == (
        "Wer zögert, zahlt später",
        "Erika Beispiel",
        "2025-11-03",
    )
    assert sentences([found]) == [
        "Seit Wochen reden die Fachleute.",
        "Das ist teuer.",
        "Werbung wirkt trotzdem.",
    ]
    assert found.captions == ["Ein Ofen in Bonn. Foto: Karl Roth / dpa", "dpa/abc"]
    assert notes == [
        "a.txt: taken from its first lines: title Wer zögert, zahlt später, author Erika Beispiel, date 2025-11-03"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Von Erika weiß man nichts. Es ist lange her.\nUnd dann?",
        "Am 3. November 2025 kam er.\nUnd ging.",
        "Es regnet.\n\nDer Preis\n\nEs hagelt.",
        "3. November 2025\nEs regnet.",
    ],
)
def test_a_text_without_such_a_head_stays_as_it_is(tmp_path: Path, text: str) -> None:
    [found] = read(tmp_path, "a.txt", text)
    assert {block.kind for block in found.blocks} == {"paragraph"}
    assert "no_title_line" in found.flags


@pytest.mark.parametrize(
    ("line", "title", "author", "date"),
    [
        ("Der Winter kommt (Anna Weiß, 25.10.2025)", "Der Winter kommt", "Anna Weiß", "2025-10-25"),
        ("Der Winter – Anna Weiß – 25.10.2025", "Der Winter", "Anna Weiß", "2025-10-25"),
        ("Der Winter - Anna Weiß - 25.10.2025", "Der Winter", "Anna Weiß", "2025-10-25"),
        ("Der Winter / Anna von Weiß / 25. Oktober 2025", "Der Winter", "Anna von Weiß", "2025-10-25"),
        ("Der Winter, von Dr. Anna Weiß, 2025-10-25", "Der Winter", "Dr. Anna Weiß", "2025-10-25"),
        ("Der Winter | von Anna Weiß | 25.10.2025", "Der Winter", "Anna Weiß", "2025-10-25"),
        ("Die Zahlen lügen nicht (Spiegel, 25.10.2025)", None, None, None),
        ("Er kam. Das steht fest (Anna Weiß, 25.10.2025)", None, None, None),
        ("Das steht fest (Anna Weiß, 25.10.2025).", None, None, None),
        ("Anna Weiß: Der Winter kommt, 25. Oktober 2025", "Der Winter kommt", "Anna Weiß", "2025-10-25"),
        ("Anna Weiß: Der Winter kommt (25.10.2025)", "Der Winter kommt", "Anna Weiß", "2025-10-25"),
        ("Der Winter (Anna Weiß, Beispiel Zeitung, 25.10.2025)", "Der Winter", "Anna Weiß", "2025-10-25"),
        ("Der Winter | Anna Weiß | Beispiel Zeitung | 25.10.2025", "Der Winter", "Anna Weiß", "2025-10-25"),
        ("Der Winter, Anna Weiß, 25.10.2025", "Der Winter", "Anna Weiß", "2025-10-25"),
        ("Der Winter von Anna Weiß (25.10.2025)", "Der Winter", "Anna Weiß", "2025-10-25"),
        ("Der Winter – Anna Weiß (25. Okt. 2025)", "Der Winter", "Anna Weiß", "2025-10-25"),
        ("Der Winter. Von Anna Weiß (25.10.2025)", "Der Winter", "Anna Weiß", "2025-10-25"),
        ("Der Winter / Anna Weiß, vom 25.10.2025", "Der Winter", "Anna Weiß", "2025-10-25"),
        ("Wer zahlt? – Anna Weiß – 25.10.2025", "Wer zahlt?", "Anna Weiß", "2025-10-25"),
        ("Kommentar von Anna Weiß, 25.10.2025", None, None, None),
        ("Von Anna Weiß, Bad Homburg, 25. Oktober 2025", None, None, None),
        ("Er sprach mit Anna Weiß, 25.10.2025", None, None, None),
        ("Das schrieb Karl Roth: Der Winter kommt, 25. Oktober 2025", None, None, None),
    ],
)
def test_title_lines_may_differ_a_little(
    line: str, title: str | None, author: str | None, date: str | None
) -> None:
    found = read_title_line(line)
    assert (found and (found.title, found.author, found.date)) == ((title, author, date) if title else None)


@pytest.mark.parametrize(
    ("line", "is_suspected"),
    [
        ("Der Winter; Anna Weiß; 25.10.2025", True),
        ("25.10.2025, Anna Weiß: Der Winter", True),
        ("Der Winter | 25.10.2025 | Anna Weiß", True),
        ("Der Winter | Anna Weiß. 03.11.2025.", False),
        ("Am 25.10.2025 kam Anna Weiß nach Bonn.", False),
        ("Der Vertrag vom 03.11.2025.", False),
    ],
)
def test_a_lone_line_with_a_name_and_a_date_is_flagged(tmp_path: Path, line: str, is_suspected: bool) -> None:
    text = f"Es regnet.\n\n{line}\n\nEs hagelt.\n"
    assert list(suspected_title_lines(text)) == ([line] if is_suspected else [])
    found = read(tmp_path, "a.txt", text)
    rows = [row["found"] for row in flag_rows(found) if row["flag"] == "looks_like_title_line"]
    assert rows == ([line] if is_suspected else [])


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Das ist **sehr** _neu_ und *alt*.", "Das ist sehr neu und alt."),
        ("Siehe [dort](https://a.de \"Titel\") und [hier][1].\n\n[1]: https://b.de", "Siehe dort und hier."),
        ("Er sagte es.[^1]\n\n[^1]: Die Zeit vom Montag.\n    Noch mehr.", "Er sagte es."),
        ("Ein `Wort` und ~~kein~~ 3 \\* 4, snake_case_wort.", "Ein Wort und kein 3 * 4, snake_case_wort."),
        ("Ein<br>Bruch <em>hier</em>.<!-- geheim -->", "Ein\n\nBruch hier."),
        ("Eins.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nZwei.", "Eins.\n\nZwei."),
        ("Ein Bild ![Ofen](o.jpg) im Satz.", "Ein Bild  im Satz."),
        ("Titel\n=====\n\nText.", "Titel\n\nText."),
        ("Es ist\nkalt.", "Es ist\nkalt."),
        ("    Eingerückt.", "Eingerückt."),
    ],
)  # fmt: skip
def test_marks_of_markdown_do_not_reach_annotators(tmp_path: Path, markdown: str, text: str) -> None:
    [found] = read(tmp_path, "a.md", markdown)
    assert found.text == text


def test_what_is_left_out_of_markdown_is_said(tmp_path: Path) -> None:
    notes: list[str] = []
    read(
        tmp_path,
        "a.md",
        "---\nautor: A\nRessort: M\n---\nEins.[^1]\n\n|a|b|\n|-|-|\n|1|2|\n\n[^1]: Da.",
        notes=notes,
    )
    assert notes == [
        "a.md: front matter not read: Ressort",
        "a.md: left out of the text: 1 footnotes, 1 tables",
    ]


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("titel", "title"), ("Überschrift", "title"), ("Autor", "author"), ("Verfasserin", "author"), ("Datum", "date"),
        ("Erschienen am", "date"), ("publication_date", "date"), ("Zeitung", "outlet"), ("Übersetzer", "translator"),
        ("Volltext", "text"), ("commentary_id", "commentary_id"), ("Ressort", None),
    ],
)  # fmt: skip
def test_german_and_english_names_of_fields_are_understood(key: str, field: str | None) -> None:
    assert field_of(key) == field


def test_german_keys_are_read_and_unknown_ones_named(tmp_path: Path) -> None:
    notes: list[str] = []
    row = '{"titel": "T", "autor": "A", "datum": "03.11.2025", "text": "Es regnet.", "Ressort": 1, "autro": "B"}\n'
    [found, _] = read(tmp_path, "a.jsonl", row + row.replace('"autro": "B"', '"x": 1'), notes=notes)
    assert (found.title, found.author, found.date) == ("T", "A", "2025-11-03")
    assert notes == ['a.jsonl: keys not read: Ressort (2 times), autro; did you mean "autor"?, x']
    notes.clear()
    [found] = read(
        tmp_path, "a.md", "---\ntitel: T\nautor: A\ndatum: 3. November 2025\n---\nEs regnet.", notes=notes
    )
    assert (found.title, found.author, found.date, notes) == ("T", "A", "2025-11-03", [])


@pytest.mark.parametrize(
    ("text", "flag", "found"),
    [
        ("Der PrÃ¤sident sagte es.", "wrongly_decoded", "Ã¤"),
        ("Er sagte: â€žNeinâ€œ.", "wrongly_decoded", "â€ž"),
        ("Der Pr&auml;sident sagte es.", "markup", "&auml;"),
        ("Das ist <b>neu</b>.", "markup", "</b>"),
        ("AT&T; oder Ã wie in São Paulo. 5 < 6 > 3.", None, None),
    ],
)
def test_what_damaged_a_text_is_flagged(
    tmp_path: Path, text: str, flag: str | None, found: str | None
) -> None:
    rows = [
        row
        for row in flag_rows(read(tmp_path, "a.txt", text))
        if row["flag"] in ("wrongly_decoded", "markup")
    ]
    assert [(row["flag"], row["found"]) for row in rows] == ([(flag, found)] if flag else [])


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.txt", "<!DOCTYPE html><html><p>Es regnet.</p></html>", "a web page: name it .html"),
        ("a.txt", "<?xml version='1.0'?><TEI><p>Es regnet.</p></TEI>", "XML"),
        ("a.md", "<rss><channel><item><title>Wer</title></item></channel></rss>", "XML"),
        ("a.notiz", "<rss><channel><item><title>Wer</title></item></channel></rss>", "XML"),
        ("a.txt", "\\documentclass{article}\n\\begin{document}Es regnet.", "LaTeX"),
        ("a.txt", "1\n00:00:01,000 --> 00:00:02,000\nEs regnet.\n", "subtitles"),
        ("a.txt", '[{"text": "Es regnet."}]', ".jsonl"),
        ("a.txt", '{"text": "Es regnet."}', ".jsonl"),
        ("a.txt", "Subject: A\nFrom: b@c.de\nMIME-Version: 1.0\n\nEs regnet.", ".eml"),
        ("a.txt", "Es regnet. " + "<i>So</i> " * 20, "mark-up"),
        ("a.txt", "#FORMAT=WebAnno TSV 3.3\n", "another tool"),
        *((f"a{suffix}", "Es regnet.", f"{suffix} is not read") for suffix in (".xmi", ".tex", ".srt")),
    ],
)  # fmt: skip
def test_a_file_of_another_format_than_its_name_says_is_refused(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, name, text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "encoding", "given"),
    [
        ("Für die Größe.", "utf-8", "cp1252"),
        ("Für die Größe.", "cp1252", "cp1252"),
        ("Für die Größe.", "utf-8", "utf-16-le"),
        ("Fuer die Groesse.", "utf-8", "utf-16-le"),
        ("Fuer die Groesse.", "utf-16-le", "utf-16-le"),
        ("Für die Größe.", "utf-7", "utf-7"),
    ],
)
def test_the_encoding_is_that_of_files_that_are_not_utf8(
    tmp_path: Path, text: str, encoding: str, given: str
) -> None:
    assert [c.text for c in read(tmp_path, "a.txt", text.encode(encoding), encoding=given)] == [text]
    row = f'{{"title": "T", "text": "{text}"}}\n'
    assert [c.text for c in read(tmp_path, "a.jsonl", row.encode(encoding), encoding=given)] == [text]


@pytest.mark.parametrize(
    ("head", "encoding", "given"),
    [
        ('<meta charset="windows-1252">', "cp1252", None),
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">', "cp1252", None),
        ('<meta charset="iso-8859-15">', "iso8859-15", "utf-16"),
        ('<meta charset="utf-8">', "utf-8", "cp1252"),
        ('<meta charset="klingonisch">', "utf-8", None),
        ("", "utf-8", None),
        ("", "cp1252", "cp1252"),
    ],
)
def test_a_page_is_read_in_its_own_charset(
    tmp_path: Path, head: str, encoding: str, given: str | None
) -> None:
    page = f"<html><head>{head}</head><body><article><p>Für die Größe des Winters gilt das nicht.</p></article></body></html>"
    found = read(tmp_path, "a.html", page.encode(encoding), encoding=given)
    assert sentences(found) == ["Für die Größe des Winters gilt das nicht."]


def test_in_a_folder_each_file_is_read_in_what_it_is_written_in(tmp_path: Path) -> None:
    page = "<html><head>{}</head><body><article><p>Für die Größe des Winters gilt das nicht.</p></article></body></html>"
    tei = "{}<TEI><text><body><p>Für die Größe des Winters gilt das nicht.</p></body></text></TEI>"
    declared = '<?xml version="1.0" encoding="{}"?>'
    files = {
        "a.txt": ("Für die Größe des Winters gilt das nicht.", "utf-8"),
        "b.txt": ("Für die Größe des Winters gilt das nicht.", "cp1252"),
        "c.html": (page.format('<meta charset="iso-8859-15">'), "iso-8859-15"),
        "d.html": (page.format('<meta charset="utf-8">'), "utf-8"),
        "e.xhtml": (declared.format("iso-8859-1") + page.format(""), "iso-8859-1"),
        "f.xml": (tei.format(declared.format("iso-8859-1")), "iso-8859-1"),
        "g.xml": (tei.format(""), "utf-8"),
        "h.xml": (tei.format(""), "cp1252"),
        "i.json": ('{"text": "Für die Größe des Winters gilt das nicht."}', "cp1252"),
        "j.csv": ("Text\nFür die Größe des Winters gilt das nicht.\n", "utf-8"),
    }
    for name, (text, encoding) in files.items():
        (tmp_path / name).write_bytes(text.encode(encoding))
    found = list(read_commentaries([tmp_path], encoding="cp1252"))
    assert [c.source for c in found] == list(files)
    assert sentences(found) == ["Für die Größe des Winters gilt das nicht."] * len(files)


@pytest.mark.parametrize(
    "rest", ["", "<p>Noch ein Absatz, der lang genug ist, um als Text zu gelten.</p>" * 9]
)
def test_headings_of_a_page_are_titles_and_items_are_items(tmp_path: Path, rest: str) -> None:
    page = (
        "<html><head><title>Wer zögert</title></head><body><article><h1>Wer zögert</h1><p>Seit Wochen reden die Fachleute über "
        "die <b>nächste</b> Lieferung.</p><h2>Der Preis</h2><p>Das sei teuer.</p><ul><li>Gas ist knapp.</li></ul>"
        f"{rest}</article></body></html>"
    )
    [found] = read(tmp_path, "a.html", page)
    assert [(b.kind, found.text[b.start : b.end]) for b in found.blocks][:5] == [
        ("title", "Wer zögert"),
        ("paragraph", "Seit Wochen reden die Fachleute über die nächste Lieferung."),
        ("title", "Der Preis"),
        ("paragraph", "Das sei teuer."),
        ("list_item", "Gas ist knapp."),
    ]


def test_a_soft_break_is_a_space_within_a_sentence_and_parts_lines_behind_one(tmp_path: Path) -> None:
    [found] = read(tmp_path, "a.txt", "Die Lage wird\u2028ernst.\u2028Sie bleibt\x0bso.\u2028• Gas\u2028• Öl")
    assert found.text == "Die Lage wird ernst.\nSie bleibt so.\n• Gas\n• Öl"


@pytest.mark.parametrize(
    "text",
    ["x" * 300_000, "Ã" * 300_000, "HD\n" * 100_000, "1 of 2 DOCUMENTS\n" * 20_000, "\n" * 300_000 + "a", " " * 300_000 + "a",
     "Von " + "Anna und " * 30_000, "A – " * 50_000 + "3", "Quelle: \n" * 30_000 + "Dauerhafte Adresse des Dokuments: x",
     "a <b " * 60_000, "&" * 300_000, "Der Winter (Anna Weiß, 25.10.2025\n\n" * 8_000, "\u2028" * 300_000,
     "x" * 300_000 + "\u00ad", "ab-\nab " * 50_000, "\f" * 300_000 + "a\nb\nc\nd", "Wort zö-\ngert " * 30_000],
    ids=lambda text: text[:12],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".txt", ".md"])
@pytest.mark.timeout(60)
@pytest.mark.slow
def test_a_text_made_to_hold_up_the_reader_does_not(tmp_path: Path, text: str, suffix: str) -> None:
    problems: list[DataError] = []
    read(tmp_path, f"a{suffix}", text, passed_over=problems)
    assert all("\n" not in str(problem) for problem in problems)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("head", [PAGE, PAGE.replace("\n\n", "\n"), PAGE.replace("\n", "\n\n")])
def test_what_a_page_has_around_a_text_is_no_sentence(tmp_path: Path, head: str, newline: str) -> None:
    [found] = read(tmp_path, "a.txt", head.replace("\n", newline))
    assert (found.title, found.author, found.date) == (
        "Wer zögert, zahlt später",
        "Erika Beispiel",
        "2025-11-03",
    )
    assert " ".join(sentences([found])) == (
        "BERLIN. Seit Wochen reden die Fachleute. Das ist teuer. Mehr zum Thema Gas weiß niemand. "
        "„Teuer“ ist das Wort der Stunde. (dpa)"
    )


def test_articles_of_several_pages_in_one_text_are_parted(tmp_path: Path) -> None:
    second = "Kommentar\nWer zahlt?\nHans Muster, 4. November 2025\n\nNiemand will zahlen.\nWarum auch?\n"
    third = "Der dritte Text\n\nVon Anna Weiß\n\n5. November 2025\n\nEs regnet.\n"
    found = read(tmp_path, "a.txt", f"{PAGE}\n{second}\n{third}")
    assert [(c.title, c.author, c.date) for c in found] == [
        ("Wer zögert, zahlt später", "Erika Beispiel", "2025-11-03"),
        ("Wer zahlt?", "Hans Muster", "2025-11-04"),
        ("Der dritte Text", "Anna Weiß", "2025-11-05"),
    ]
    assert sentences(found)[-3:] == ["Niemand will zahlen.", "Warum auch?", "Es regnet."]


def test_behind_a_title_line_what_pages_have_is_left_out_and_short_lines_are_not(tmp_path: Path) -> None:
    text = "Der Winter | Anna Weiß. 25.10.2025.\nVon Anna Weiß\n\nEs regnet.\n\nDer Preis\n\nEs hagelt.\n\nMehr zum Thema\nGas\n"
    [found] = read(tmp_path, "a.txt", text)
    assert sentences([found]) == ["Es regnet.", "Der Preis", "Es hagelt."]
    assert [found.text[b.start : b.end] for b in found.blocks if b.kind == "left_out"] == [
        "Von Anna Weiß",
        "Mehr zum Thema",
        "Gas",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "Der Winter kommt früh in diesem Jahr, und die Regierung\nhat das lange gewusst. Trotzdem fehlt es an Gas und an\n"
        "Geld und nicht nur daran, wie man in den Städten sieht\nund niemand will es gewesen sein. So ist das immer.",
        "Es regnet\nEs hagelt\nEs schneit",
        "Mehr zum Thema Gas weiß niemand.\n\nVon Anna Weiß weiß man nichts.\n\nDas Bild: Die Stadt brennt.",
        "Er sagte:\n\n- nichts\n- gar nichts\n\nDann ging er.",
    ],
)
def test_no_word_of_a_text_below_a_byline_is_lost(tmp_path: Path, body: str) -> None:
    [found] = read(tmp_path, "a.txt", f"Der Winter\nVon Anna Weiß\n25.10.2025\n\n{body}\n")
    words = [word for sentence in sentences([found]) for word in sentence.split()]
    assert words == [word for word in body.split() if word != "-"]


@pytest.mark.parametrize(
    ("head", "author", "date"),
    [
        ("Politik\nMeinung\nKommentar\n3. November 2025, 20:15 Uhr\nLesezeit: 2 Min.\n\n{title}\n\nKommentar von Erika Beispiel, Bonn\n",
         "Erika Beispiel", "2025-11-03"),
        ("F.A.Z. exklusiv\nUkraine:\n{title}\nVon Erika Beispiel\n03.11.2025, 20:15\nBildbeschreibung einblenden\nEin Ofen Bild: dpa\n",
         "Erika Beispiel", "2025-11-03"),
        ("{title}\nEin Kommentar von Erika Beispiel\n03.11.2025, 20.15 Uhr\n•\naus DER BEISPIEL 45/2025\n", "Erika Beispiel", "2025-11-03"),
        ("{title}\nErika Beispiel\n3. November 2025\n1.234 Kommentare\nEin Ofen\nEin Ofen © Karl Roth/dpa\n", "Erika Beispiel",
         "2025-11-03"),
        ("kommentar\n{title}\n\nStand: 03.11.2025 20:15 Uhr\n\nEin Kommentar von Erika Beispiel, Hauptstadtstudio\n",
         "Erika Beispiel", "2025-11-03"),
        ("{title}\nWarum das Zögern teuer wird\nVon Erika Beispiel\n", "Erika Beispiel", None),
        ("{title}\n\n4 Min. Lesezeit\n", None, None),
        ("{title}\nBy Erika Beispiel\nNovember 3, 2025\nShare this article\n", "Erika Beispiel", "2025-11-03"),
    ],
)  # fmt: skip
def test_heads_of_many_pages_are_read(
    tmp_path: Path, head: str, author: str | None, date: str | None
) -> None:
    title = "Wer zögert, zahlt später"
    body = "Das ist der erste Satz. Und der zweite.\n\nDas ist der Zwischentitel\n\nDas ist der dritte Satz."
    [found] = read(tmp_path, "a.txt", f"{head.format(title=title)}\n{body}\n")
    assert (found.title, found.author, found.date) == (title, author, date)
    assert sentences([found]) == [
        "Das ist der erste Satz.",
        "Und der zweite.",
        "Das ist der dritte Satz.",
    ]


def test_a_text_with_stars_between_its_parts_is_no_page(tmp_path: Path) -> None:
    [found] = read(tmp_path, "a.txt", "Ohne Punkt\n\nEs regnet.\n\n***\n\nDer Preis\n\nEs hagelt.\n")
    assert sentences([found]) == ["Ohne Punkt", "Es regnet.", "Der Preis", "Es hagelt."]


def test_a_short_line_that_holds_a_sentence_is_no_subhead(tmp_path: Path) -> None:
    text = "Wer zögert\nVon Erika Beispiel\n\nEs regnet. Und das war alles\n\nEs hagelt.\n"
    assert sentences(read(tmp_path, "a.txt", text)) == ["Es regnet.", "Und das war alles", "Es hagelt."]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.md",
            "# Der Winter\n\nEs regnet.\n\nMehr zum Thema\n\n- Was Gas kostet\n\nEs hagelt.\n\n12 Kommentare\n",
        ),
        (
            "a.html",
            "<html><body><article><h1>Der Winter</h1><p>Es regnet.</p><p>Lesen Sie auch: Wer zahlt</p><p>Es hagelt.</p>"
            "<p>12 Kommentare</p></article></body></html>",
        ),
    ],
)
def test_notes_and_furniture_are_told_from_sentences_in_pages_and_markdown(
    tmp_path: Path, name: str, text: str
) -> None:
    assert sentences(read(tmp_path, name, text)) == ["Es regnet.", "Es hagelt."]
