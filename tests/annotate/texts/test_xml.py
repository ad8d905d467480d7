"""Feeds, TEI and protocols of the Bundestag: what is text in them, and what is refused. A case a line.

The files are made here by the documented schemas (RSS 2.0, RFC 4287, TEI P5 as the DTA and ParlaMint use it,
dbtplenarprotokoll.dtd); all wording is made up.
"""

from pathlib import Path
from typing import Any

import pytest

from annotate.texts.commentaries import read_commentaries
from annotate.texts.sentences import split_sentences
from schemas.errors import DataError
from schemas.records import Commentary

LONG = "Seit Wochen geschieht nichts, und wer zögert, zahlt am Ende mehr als alle anderen zusammen. " * 12


def read(folder: Path, name: str, data: str | bytes, **options: Any) -> list[Commentary]:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_commentaries([folder / name], **options))


def pieces(commentary: Commentary) -> list[tuple[str, str]]:
    return [(block.kind, commentary.text[block.start : block.end]) for block in commentary.blocks]


def texts(found: list[Commentary]) -> list[list[str]]:
    return [[sentence.text for sentence in split_sentences(commentary)] for commentary in found]


def rss(items: str, *, version: str = "2.0") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="' + version + '" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        f"<title>Beispiel Zeitung</title><link>https://b.de/</link><description>Meinung</description>{items}</channel></rss>"
    )  # fmt: skip


RSS = rss(
    "<item><title>Wer zögert &amp;#8211; zahlt</title><link>https://b.de/1</link><dc:creator>Erika Beispiel</dc:creator>"
    "<pubDate>Mon, 03 Nov 2025 23:30:00 +0100</pubDate><media:content><media:title>Ofen</media:title></media:content>"
    "<description>Seit Wochen …</description><content:encoded><![CDATA[<h2>Der Preis</h2><p>Seit Wochen geschieht"
    "&nbsp;<b>nichts</b>.</p><ul><li>Gas fehlt.</li></ul><p>Der Beitrag <a href='x'>Wer zögert</a> erschien zuerst auf "
    "<a href='y'>B</a>.</p>]]></content:encoded></item>"
    "<item><title>Kurz</title><author>h@b.de (Hans Muster)</author><guid>https://b.de/2</guid>"
    "<description>&lt;p&gt;Niemand will zahlen.&lt;/p&gt;</description></item>"
    "<item><title>Leer</title></item>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Beispiel Zeitung</title><author><name>Redaktion</name></author>'
    '<entry><title type="html">Wer &lt;i&gt;zögert&lt;/i&gt;</title><link rel="self" href="https://b.de/s"/><link href="https://b.de/1"/>'
    "<author><name>Erika Beispiel</name><email>e@b.de</email></author><author><name>Hans Muster</name></author>"
    "<published>2025-11-03T08:00:00Z</published><updated>2025-12-01T08:00:00Z</updated><summary>Kurz.</summary>"
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Es <em>regnet</em>.</p><p>Sehr.</p></div></content></entry>'
    "<entry><title>Zwei</title><content>Erster Absatz.\n\nZweiter Absatz.</content></entry></feed>"
)
RDF = (
    '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Beispiel Zeitung</title></channel><item><title>Wer zögert</title>'
    f"<link>https://b.de/1</link><dc:date>2025-11-03T08:00:00+01:00</dc:date><description>{LONG}</description></item></rdf:RDF>"
)


@pytest.mark.parametrize("name", ["a.rss", "a.xml"])
def test_each_entry_of_a_feed_is_a_commentary(tmp_path: Path, name: str) -> None:
    notes: list[str] = []
    found = read(tmp_path, name, RSS, notes=notes)
    assert [(c.title, c.author, c.date, c.url, c.outlet) for c in found] == [
        ("Wer zögert – zahlt", "Erika Beispiel", "2025-11-03", "https://b.de/1", "Beispiel Zeitung"),
        ("Kurz", "Hans Muster", None, "https://b.de/2", "Beispiel Zeitung"),
    ]
    assert pieces(found[0]) == [
        ("title", "Der Preis"), ("paragraph", "Seit Wochen geschieht\xa0nichts."), ("list_item", "Gas fehlt."),
    ]  # fmt: skip
    assert [c.flags for c in found] == [[], ["teaser", "no_date"]]
    assert notes == [
        f"{name}: 1 of 3 entries hold a teaser only: Kurz",
        f"{name}: 1 of 3 entries without text not read",
        f"{name}: left out of the text: 1 lines of where it appeared first",
    ]


def test_a_feed_in_atom_has_its_persons_and_its_xhtml(tmp_path: Path) -> None:
    first, second = read(tmp_path, "a.atom", ATOM)
    assert (first.title, first.author, first.date) == (
        "Wer zögert", "Erika Beispiel, Hans Muster", "2025-11-03",
    )  # fmt: skip
    assert (first.url, first.outlet) == ("https://b.de/1", "Beispiel Zeitung")
    assert texts([first, second]) == [["Es regnet.", "Sehr."], ["Erster Absatz.", "Zweiter Absatz."]]


def test_a_long_description_is_a_whole_text(tmp_path: Path) -> None:
    notes: list[str] = []
    [found] = read(tmp_path, "a.xml", RDF, notes=notes)
    assert (found.title, found.date, found.outlet) == ("Wer zögert", "2025-11-03", "Beispiel Zeitung")
    assert (found.flags, notes, len(split_sentences(found))) == ([], [], 12)


@pytest.mark.parametrize(
    ("content", "is_teaser"),
    [
        ("<description>Kurz.</description>", True),
        ("<description>Es beginnt …</description><content:encoded>Es beginnt und geht weiter.</content:encoded>", True),
        ("<description>Worum es geht.</description><content:encoded>Es beginnt und geht weiter.</content:encoded>", False),
        ("<content:encoded>Es beginnt.</content:encoded>", False),
        (f"<description>{LONG}</description>", False),
    ],
)  # fmt: skip
def test_what_is_a_teaser(tmp_path: Path, content: str, is_teaser: bool) -> None:
    [found] = read(tmp_path, "a.rss", rss(f"<item><title>T</title>{content}</item>"))
    assert ("teaser" in found.flags) is is_teaser


def tei(body: str, header: str = "", *, root: str = "TEI", around: str = "") -> str:
    return (
        f'<{root} xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title type="main">Der Winter</title>'
        '<title type="sub">Ein Versuch</title><author><persName><surname>Weiß</surname><forename>Anna</forename></persName></author>'
        '</titleStmt><publicationStmt><date when="2012-01-02"/><idno type="URLWeb">https://dta.de/winter</idno></publicationStmt>'
        '<sourceDesc><biblFull><publicationStmt><date type="publication">1899</date></publicationStmt></biblFull></sourceDesc></fileDesc>'
        f"{header}</teiHeader><text>{around}<body>{body}</body></text></{root}>"
    )  # fmt: skip


@pytest.mark.parametrize("root", ["TEI", "TEI.2"])
def test_a_text_in_tei_has_what_its_header_says(tmp_path: Path, root: str) -> None:
    header = '<profileDesc><creation><date when="1899-12-24"/></creation></profileDesc>'
    [found] = read(tmp_path, "a.tei", tei("<p>Es regnet.</p>", header, root=root))
    assert (found.title, found.author, found.date, found.url) == (
        "Der Winter", "Anna Weiß", "1899-12-24", "https://dta.de/winter",
    )  # fmt: skip
    assert found.source == "a.tei"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<div><head>Eins</head><p>Es <hi>regnet</hi>.\n  Sehr.</p></div>", [("title", "Eins"), ("paragraph", "Es regnet. Sehr.")]),
        ("<p>Der Prä<lb break='no'/>\n  sident kam.</p>", [("paragraph", "Der Präsident kam.")]),
        ("<p>Der Prä-<lb break='no'/>sident kam.</p>", [("paragraph", "Der Präsident kam.")]),
        ("<p>Der Prä¬<pb n='3'/><fw>3</fw><lb/>ſident kam.</p>", [("paragraph", "Der Präſident kam.")]),
        ("<p>Der Prä-<lb/>\nsident kam.</p>", [("paragraph", "Der Präsident kam.")]),
        ("<p>Oſt-<lb/>und Weſt.</p>", [("paragraph", "Oſt- und Weſt.")]),
        ("<p>Nord-<lb/>Amerika.</p>", [("paragraph", "Nord-Amerika.")]),
        ("<p>Es<lb/>regnet – ein-<lb/>mal.</p>", [("paragraph", "Es regnet – einmal.")]),
        ("<p>Eins.<note place='foot'>Nein.</note> Zwei.<figure><head>Ofen</head></figure></p>", [("paragraph", "Eins. Zwei.")]),
        ("<p>Eins.<table><row><cell>1</cell></row></table></p>", [("paragraph", "Eins.")]),
        ("<p>Ein <choice><sic>feler</sic><corr>Fehler</corr></choice> und <choice><abbr>z.</abbr><expan>zum</expan></choice> <abbr>Dr.</abbr></p>",
         [("paragraph", "Ein Fehler und zum Dr.")]),
        ("<lg><l>Wer reitet so spät</l><l>durch Nacht und Wind?</l></lg>", [("paragraph", "Wer reitet so spät"), ("paragraph", "durch Nacht und Wind?")]),
        ("<list><item>Gas.</item><item><p>Öl.</p></item></list>", [("list_item", "Gas."), ("list_item", "Öl.")]),
        ("<sp><speaker>Faust.</speaker><stage>ab</stage><p>Habe nun.</p></sp>", [("title", "Faust."), ("paragraph", "Habe nun.")]),
        ("<p>Er sagt: <q>Nein.</q> Und geht.</p>", [("paragraph", "Er sagt: Nein. Und geht.")]),
        ("<p><s><w join='right'>Danke</w>\n<pc>,</pc>\n<name><w join='right'>Anna</w></name>\n<pc>.</pc></s>\n<s><w>Ja</w></s></p>",
         [("paragraph", "Danke, Anna. Ja")]),
        ("<p>Vor dem Zitat <quote><p>Das Zitat.</p></quote> danach.</p>",
         [("paragraph", "Vor dem Zitat"), ("paragraph", "Das Zitat."), ("paragraph", "danach.")]),
        ("<div><p>A.</p>lose<p>B.</p></div>", [("paragraph", "A."), ("paragraph", "lose"), ("paragraph", "B.")]),
    ],
    ids=range(18),
)  # fmt: skip
def test_what_is_text_in_tei(tmp_path: Path, body: str, expected: list[tuple[str, str]]) -> None:
    [found] = read(tmp_path, "a.xml", tei(body))
    assert pieces(found) == expected


def test_what_is_left_out_of_tei_and_made_whole_is_said(tmp_path: Path) -> None:
    notes: list[str] = []
    body = "<p>Ein Wört-<lb break='no'/>lein.<note>a</note><note>b</note></p>"
    read(tmp_path, "a.xml", tei(body, around="<front><p>Vorwort.</p></front>"), notes=notes)
    assert notes == [
        "a.xml: left out of the text: 1 parts before or behind the text, 2 notes",
        "a.xml: 1 words that were parted at line ends are whole in the text",
    ]


def test_each_text_of_a_corpus_a_group_and_a_newspaper_is_a_commentary(tmp_path: Path) -> None:
    corpus = f"<teiCorpus xmlns='http://www.tei-c.org/ns/1.0'><teiHeader/>{tei('<p>A.</p>')}{tei('<p>B.</p>')}</teiCorpus>"
    notes: list[str] = []
    assert texts(read(tmp_path, "a.xml", corpus, notes=notes)) == [["A."], ["B."]]
    assert notes == ["a.xml: 2 texts, each read as a commentary"]
    group = tei("<p>A.</p>").replace("<text>", "<text><group><text>").replace(
        "</text>", "</text><text><body><p>B.</p></body></text></group></text>"
    )  # fmt: skip
    assert texts(read(tmp_path, "b.xml", group)) == [["A."], ["B."]]
    paper = tei(
        "<div type='jArticle'><head>Eins</head><byline>Von Hans Muster</byline><p>A.</p></div>"
        "<div type='jArticle'><head>Zwei</head><p>B.</p></div><div type='advert'><p>Kauft!</p></div>"
    )
    found = read(tmp_path, "c.xml", paper)
    assert [(c.title, c.author) for c in found] == [("Eins", "Hans Muster"), ("Zwei", "Anna Weiß")]
    assert texts(found) == [["A."], ["B."]]


PARLAMINT = (
    '<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:lang="de"><teiHeader><fileDesc><titleStmt>'
    '<title type="main" xml:lang="de">Parlamentskorpus</title><title type="sub" xml:lang="de">108. Sitzung</title>'
    '<meeting n="108">108. Sitzung</meeting></titleStmt><publicationStmt><date when="2024-01-23"/></publicationStmt><sourceDesc><bibl>'
    '<idno type="URI">https://parlament.at/108</idno><date when="2005-04-27"/></bibl></sourceDesc></fileDesc><profileDesc>'
    '<particDesc><listPerson><person xml:id="P1"><persName><surname>Beispiel</surname><forename>Erika</forename></persName></person>'
    "</listPerson></particDesc></profileDesc></teiHeader><text><body><div type='debateSection'><head>Beginn</head>"
    '<note type="speaker">Präsidentin Prammer:</note><u who="#P9" ana="#chair" xml:id="u1"><seg>Die Sitzung ist eröffnet.</seg></u>'
    '<note type="speaker">Abg. Beispiel:</note><u who="#P1" ana="#regular" xml:id="u2"><seg>Es regnet.</seg><note type="time">18:28</note>'
    '<kinesic type="applause"><desc>Beifall</desc></kinesic><seg>Sehr.</seg></u>'
    '<note type="speaker">Abg. Muster:</note><note type="time">18:30</note><u who="#P3" ana="#regular" xml:id="u3"><seg>Nein.</seg></u>'
    "</div></body></text></TEI>"
)


def test_each_speech_of_parlamint_is_a_commentary_but_the_chairs(tmp_path: Path) -> None:
    notes: list[str] = []
    found = read(tmp_path, "a.xml", PARLAMINT, notes=notes)
    assert [(c.commentary_id, c.title, c.author, c.date, c.url) for c in found] == [
        ("u2", "108. Sitzung", "Erika Beispiel", "2005-04-27", "https://parlament.at/108"),
        ("u3", "108. Sitzung", "Abg. Muster", "2005-04-27", "https://parlament.at/108"),
    ]
    assert texts(found) == [["Es regnet.", "Sehr."], ["Nein."]]
    assert notes == [
        "a.xml: left out of the text: 1 speeches of the chair, 1 notes, 1 stage directions and interjections",
        "a.xml: 2 texts, each read as a commentary",
    ]


def redner(number: str, given: str, family: str, role: str = "<fraktion>SPD</fraktion>") -> str:
    return (
        f'<p klasse="redner"><redner id="{number}"><name><titel>Dr.</titel><vorname>{given}</vorname><nachname>{family}</nachname>'
        f"{role}</name></redner>Dr. {given} {family}:</p>"
    )  # fmt: skip


BUNDESTAG = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE dbtplenarprotokoll SYSTEM "dbtplenarprotokoll.dtd">\n'
    '<dbtplenarprotokoll wahlperiode="20" sitzung-nr="95" sitzung-datum="23.09.2025"><vorspann><kopfdaten/></vorspann><sitzungsverlauf>'
    '<sitzungsbeginn><name>Präsidentin Test:</name><p klasse="J">Guten Morgen.</p></sitzungsbeginn>'
    '<tagesordnungspunkt top-id="Tagesordnungspunkt 3"><p klasse="J">Ich rufe auf:</p><p klasse="T_fett">Wärmegesetz</p>'
    f'<rede id="ID209500100">{redner("1", "Erika", "Beispiel")}<p klasse="J_1">Frau Präsidentin!</p>'
    '<kommentar>(Beifall bei der SPD)</kommentar><p klasse="J">Es <a id="S1" name="S1" typ="druckseitennummer"/>regnet. Sehr.</p>'
    '<name>Vizepräsident Test:</name><p klasse="J">Gestatten Sie eine Frage?</p>'
    f'{redner("1", "Erika", "Beispiel")}<p klasse="J_1">Ja.</p>{redner("2", "Hans", "Muster")}<p klasse="J_1">Warum?</p>'
    f'{redner("1", "Erika", "Beispiel")}<p klasse="J_1">Darum.</p><kommentar>(Zuruf)</kommentar></rede>'
    f'<rede id="ID209500200">{redner("3", "Boris", "Mann", "<rolle><rolle_lang>Bundesminister der Wärme</rolle_lang></rolle>")}'
    '<p klasse="J_1">Danke.</p></rede></tagesordnungspunkt></sitzungsverlauf></dbtplenarprotokoll>'
)  # fmt: skip


def test_each_speech_of_the_bundestag_is_what_its_speaker_says(tmp_path: Path) -> None:
    notes: list[str] = []
    found = read(tmp_path, "20095.xml", BUNDESTAG, notes=notes)
    assert [(c.commentary_id, c.title, c.author, c.date) for c in found] == [
        ("ID209500100", "Tagesordnungspunkt 3: Wärmegesetz", "Erika Beispiel (SPD)", "2025-09-23"),
        ("ID209500200", "Tagesordnungspunkt 3: Wärmegesetz", "Boris Mann (Bundesminister der Wärme)", "2025-09-23"),
    ]  # fmt: skip
    assert {(c.outlet, c.medium) for c in found} == {("Deutscher Bundestag", "Plenarprotokoll 20/95")}
    assert texts(found) == [["Frau Präsidentin!", "Es regnet.", "Sehr.", "Ja.", "Darum."], ["Danke."]]
    assert notes == [
        "20095.xml: Plenarprotokoll 20/95: 2 speeches, each read as a commentary",
        "20095.xml: left out of the text: 2 interjections and applause, 1 paragraphs of the chair, 1 paragraphs of others",
    ]


@pytest.mark.parametrize(
    ("data", "encoding", "given", "mended"),
    [
        ('<?xml version="1.0" encoding="iso-8859-1"?>{}', "iso-8859-1", None, False),
        ('<?xml version="1.0" encoding="windows-1252"?>{}', "cp1252", "utf-16", False),
        ('<?xml version="1.0" encoding="UTF-8"?>{}', "utf-8", "cp1252", False),
        ('<?xml version="1.0" encoding="UTF-16"?>{}', "utf-16", None, False),
        ("\ufeff{}", "utf-8", None, False),
        ("\n  <?xml version='1.0'?>{}", "utf-8", None, False),
        ("{}", "cp1252", "cp1252", True),
        ('<?xml version="1.0" encoding="UTF-8"?>{}', "cp1252", "cp1252", True),
        ('<?xml version="1.0" encoding="iso-8859-1"?>{}<!-- & -->', "iso-8859-1", None, False),
    ],
)  # fmt: skip
def test_the_declared_encoding_of_xml_is_believed(
    tmp_path: Path, data: str, encoding: str, given: str | None, mended: bool
) -> None:
    notes: list[str] = []
    file = data.replace("{}", tei("<p>Für die Größe.</p>")).encode(encoding)
    assert texts(read(tmp_path, "a.xml", file, encoding=given, notes=notes)) == [["Für die Größe."]]
    assert any("written out" in note for note in notes) is mended


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("Kaffee &amp; Kuchen.", "Kaffee & Kuchen."),
        ("Kaffee & Kuchen.", "Kaffee & Kuchen."),
        ("Der Pr&auml;sident&nbsp;kam.", "Der Präsident kam."),
        ("Es gibt &unbekannt; hier.", "Es gibt &unbekannt; hier."),
        ("Es &#xE4;ndert &#8211; alles.", "Es ändert – alles."),
        ("Ein\x0bUm\x02bruch.", "Ein Umbruch."),
        ("<![CDATA[Kaffee & Kuchen.]]>", "Kaffee & Kuchen."),
        ("&auml;h <![CDATA[Kaffee & Kuchen.]]>", "äh Kaffee & Kuchen."),
    ],
)  # fmt: skip
def test_signs_that_are_not_of_xml_are_written_out(tmp_path: Path, text: str, read_as: str) -> None:
    [found] = read(tmp_path, "a.xml", tei(f"<p>{text}</p>"))
    assert found.text == read_as


LAUGHS = "<!DOCTYPE TEI [<!ENTITY a 'haha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(10)
) + "]>"  # fmt: skip


@pytest.mark.parametrize("entity", ["<!ENTITY x SYSTEM 'file:///etc/passwd'>", "<!ENTITY x 'hahaha'>"])
def test_an_entity_of_the_file_is_not_put_in(tmp_path: Path, entity: str) -> None:
    data = f"<!DOCTYPE TEI [{entity}]>" + tei("<p>Es &x; regnet.</p>")
    [found] = read(tmp_path, "a.xml", data)
    assert found.text == "Es &x; regnet."


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.xml", "", "is empty"),
        ("a.xml", "kein XML", "is not XML"),
        ("a.xml", "<TEI><text>", "is not XML"),
        ("a.xml", "<TEI>" + "<div>" * 5000, "is not XML"),
        ("a.xml", b"<TEI>\xff</TEI>", "not UTF-8"),
        ("a.xml", b"PK\3\4", "binary format"),
        ("a.xml", tei("", ""), "has no text"),
        ("a.xml", "<teiCorpus xmlns='http://www.tei-c.org/ns/1.0'><teiHeader/></teiCorpus>", "files beside it"),
        ("a.xml", tei("<u ana='#chair'><seg>Da.</seg></u>"), "only the chair speaks in it"),
        ("a.rss", rss(""), "has no text"),
        ("a.xml", "<dbtplenarprotokoll/>", "holds no speech"),
        ("a.xml", "<!DOCTYPE html><html><p>Da.</p></html>", "name it .html"),
        ("a.xml", "<View><Text name='t' value='$text'/></View>", "`standpunkt codebook from-config`"),
        ("a.xml", "<xmi:XMI xmlns:xmi='http://www.omg.org/XMI'/>", "`standpunkt import`"),
        ("a.xml", "<Project xmlns='urn:QDA-XML:project:1.0'/>", "`standpunkt import`"),
        ("a.xml", "<pkg:package xmlns:pkg='x'/>", "save it as .docx"),
        ("a.xml", "<DOKUMENT><TEXT>Da.</TEXT></DOKUMENT>", "hand in its TEXT as .txt"),
        ("a.xml", "<rezepte><rezept/></rezepte>", "than feeds, TEI and the Bundestag's, with the root rezepte"),
        ("a.xml", LAUGHS + "<TEI><text><body/></text></TEI>", "has no text"),
        ("a.xml", b"<TEI>" + b" " * (2**25) + b"</TEI>", "is larger than 32 MB (it has 32), expected less: divide it, or hand"),
    ],
    ids=range(20),
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(tmp_path: Path, name: str, data: str | bytes, words: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, name, data)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS + tei("<p>&k;</p>"),
        tei("<p>" + "a-<lb/>" * 100_000 + "</p>"),
        tei("<p>" + " " * 1_000_000 + "</p>"),
        tei("<p>" + "a " * 200_000 + "<lb break='no'/></p>"),
        tei("<p/>" * 200_000 + "<p>A.</p>"),
        "<TEI>" + "<div type='article'>" * 200 + "<p>A.</p>" + "</div>" * 200 + "</TEI>",
        tei("&" * 200_000), tei("&a" * 200_000), tei("<![CDATA[" * 100_000),
        rss("<item><description>" + "<" * 100_000 + "</description></item>"),
        rss("<item><description>" + "&lt;a " * 100_000 + "</description></item>"),
        rss("<item><description>" + "\n" * 500_000 + "</description></item>"),
        rss("<item><author>" + "a@b (" * 50_000 + "</author><description>Da.</description></item>"),
        rss("<item><description>The post " + "appeared first on " * 50_000 + "</description></item>"),
        rss("<item><pubDate>" + "9" * 5000 + "</pubDate><description>Da.</description></item>"),
    ],
    ids=range(15),
)  # fmt: skip
@pytest.mark.timeout(60)
@pytest.mark.slow
def test_xml_made_to_hold_up_the_reader_does_not(tmp_path: Path, data: str) -> None:
    problems: list[DataError] = []
    read(tmp_path, "a.xml", data, passed_over=problems)
    assert all("\n" not in str(problem) for problem in problems)
