"""The index of a folder: what is touched how often and which way, over time; rhetoric per author."""

import re
from collections.abc import Iterator, Sequence

from annotate.analysis.prevalence import LEARNED, Errors, Estimate
from annotate.pages.curve import Point, curve
from annotate.pages.german import day, in_sentences, number, sentences, share
from annotate.pages.shell import banner, document
from schemas.codebook import Codebook, Target
from schemas.markup import Child, Markup, join, tag
from schemas.records import Record

_TEXT_OR_PAGE = "Bitte als reinen Text (.txt, UTF-8) oder als .html speichern."
#: What an error says → what the page says; the first that fits.
_REASONS = (
    (r"^is named as (?:plain text|XML)", "Nach dem Inhalt etwas anderes, als der Name sagt."),
    (r"protected by a password", "Mit Kennwort geschützt oder in einem alten Format. Bitte neu speichern."),
    (r"\.zip in a \.zip", "Ein Archiv in einem Archiv. Bitte vorher auspacken."),
    (r"times its size|MB unpacked|files, expected at most", "Das ist zu groß. Bitte teilen."),
    (r"own ending back|project of another tool|of another kind",
     "Nach dem Inhalt etwas anderes, als der Name sagt."),
    (r"text layer", "Ein Scan, dessen Text nicht zu lesen ist. Eine Texterkennung wie ocrmypdf legt ihn an."),
    (r"^is no |damaged|^cannot be unpacked|is not XML|no mail that can|no markup that can|^no table of",
     "Die Datei ist beschädigt oder nicht das, was ihr Name sagt."),
    (r"^no column is called|^has no column", "Keine Spalte mit dem Text. Bitte eine „text“ nennen."),
    (r"empty rows|MB, expected", "Das ist zu groß. Bitte teilen."),
    (r"^has no text|^has no web page", "In der Datei fand sich kein Text."),
    (r"^is empty", "Die Datei ist leer."),
    (r"^not UTF-8", "Nicht in UTF-8 gespeichert. Mit „--encoding“ einlesen, etwa „--encoding cp1252“."),
    (r"^has many NUL characters", "Vermutlich UTF-16. Mit „--encoding utf-16-le“ einlesen."),
    (r"^holds a record a line", "Je Zeile ein Datensatz: Die Datei muss auf .jsonl enden."),
    (r"^not JSON", "Die Zeile oder Datei ist kein gültiger Datensatz."),
    (r"^unknown encoding|^not [\w-]+: ", "Nicht in der angegebenen Kodierung gespeichert."),
    (r"is not read|looks like a binary format|not a format that is read",
     f"Dieses Format wird nicht gelesen. {_TEXT_OR_PAGE}"),
    (r"^has no file to read", "Der Ordner enthält keine lesbare Datei."),
    (r"^not a file", "Das ist keine Datei, sondern eine Leitung, ein Gerät oder ein Verweis ins Leere."),
    (r"^is larger than|^is longer than|^a text of", "Das ist zu groß. Bitte teilen."),
    (r"^not a \w+ row", "Die Zeile ist kein Kommentar: Ein Feld fehlt oder hat einen Wert anderer Art."),
    (r"^no such file", "Diese Datei gibt es nicht."),
    (r"^no text found", "In der Seite fand sich kein Text. Bitte den Kommentar als .txt speichern."),
    (r"^cannot be read", "Die Datei lässt sich nicht öffnen."),
    (r"expected words", "Ein Feld im Kopf der Datei enthält keinen Text."),
)  # fmt: skip


def unread(name: str, reason: str) -> Markup:
    """An input that was not read: its name, the line where there is one, and why.

    ``reason`` is the error's own line, place first; words the page does not know stay as they are.
    """
    match = re.match(r":(?:(\d+):)? (.*)", reason.removeprefix(name), re.S)
    line, words = match.groups() if match else (None, reason)
    german = next((said for pattern, said in _REASONS if re.search(pattern, words)), None)
    place = f"{name}, Zeile {line}" if line else name
    return tag("li", tag("b", place), ": ", german or tag("span", words, lang="en"))


class IndexFigure(Record, frozen=True, kw_only=True):
    """A share with what it rests on and the page of its sentences (null where there are none)."""

    estimate: Estimate
    hits: int
    of: int
    href: str | None


class Row(Record, frozen=True, kw_only=True):
    """A period or an author: its pieces and its figures, null where there is nothing to divide by."""

    name: str
    pieces: int
    figures: list[IndexFigure | None]
    place: int = 0  # of a period among all of the span, also those without pieces


class TargetIndex(Record, frozen=True, kw_only=True):
    """A target: touched, and apart from it yes among those with a direction; codes with their pages.

    The first ``answers`` of the codes are directions; the one behind them, where there is one, is open.
    """

    target: Target
    touched: IndexFigure
    direction: IndexFigure | None
    codes: list[tuple[str, int, str | None]]
    answers: int
    abstained: int
    periods: list[Row]


class Index(Record, frozen=True, kw_only=True):
    """All that the index page shows; ``no_trend`` says why nothing is drawn over time."""

    pieces: int
    sentences: int
    authors: int
    first: str | None
    last: str | None
    undated: int
    trained_on: int
    no_trend: str | None
    targets: list[TargetIndex]
    devices: list[str]
    rhetoric: list[Row]
    names: list[tuple[str, int, int, str]]
    unlike: dict[str, int]
    failed: list[tuple[str, str]]
    listed: list[tuple[str, str, str, str]]  # page, title, author and day, summary line
    more: int
    errors: Errors | None
    why: str
    model_version: str


SAYS = {
    "unfamiliar_words": "sind dem Modell fremd: viele Wörter und Wortpaare kennt es nicht",
    "unseen_author": "sind von Autoren, von denen das Modell keinen Text gelernt hat",
}


def index_page(index: Index, codebook: Codebook) -> str:
    """The page; as `annotate.pages.reading.reading_page` it is one file and asks nothing of the network."""
    title = f"{number(index.pieces)} Kommentare"
    body = [
        tag("a", "Zum Inhalt", href="#inhalt", class_="skip"),
        banner(index.model_version, tag("a", "Texte", href="#texte")),
        tag(
            "main",
            tag("h1", title),
            tag("p", _lead(index), class_="lead"),
            _findings(index, codebook),
            list(_cautions(index)),
            [_target(one, index, codebook) for one in index.targets],
            _rhetoric(index),
            _names(index),
            _failed(index),
            _listed(index),
            class_="index",
            id="inhalt",
        ),
    ]
    return document(title, body, styles=("page.css", "index.css"))


def _lead(index: Index) -> str:
    authors = "1 Autor" if index.authors == 1 else f"{number(index.authors)} Autoren"
    said = [sentences(index.sentences), authors]
    if index.first and index.last:
        said.append(f"{day(index.first)} bis {day(index.last)}")
    return " · ".join(said)


def _findings(index: Index, codebook: Codebook) -> Markup | None:
    """What each question is answered with most, before all that is to be known of the figures."""
    rows = [
        tag(
            "li",
            tag("a", codebook.say(one.target.question), href=f"#ziel-{one.target.id}"),
            " ",
            tag("b", _finding(one)),
        )
        for one in index.targets
        if one.touched.hits
    ]
    silent = sum(not one.touched.hits for one in index.targets)
    left = f"{number(silent)} {'Frage' if silent == 1 else 'Fragen'} berührt kein Satz sicher."
    if not index.targets:
        return None
    return join([tag("ul", rows, class_="findings"), tag("p", left, class_="note") if silent else None])


def _finding(one: TargetIndex) -> str:
    answers = one.codes[: one.answers]
    given = sum(count for _, count, _ in answers)
    if not given:
        return f"berührt in {in_sentences(one.touched.hits)}, Richtung unklar"
    label, most, _ = max(answers, key=lambda answer: answer[1])
    return f"{label} in {number(most)} von {in_sentences(given)}"


def _cautions(index: Index) -> Iterator[Markup]:
    if index.errors is None and index.why == LEARNED:
        words = (
            "Die Anteile sind nicht um die Fehler des Modells bereinigt: Aus Texten hier hat es gelernt, und "
            "in ihnen irrt es seltener als dort, wo seine Fehler zu messen sind."
        )
    elif index.errors is None:
        words = (
            "Die Anteile sind nicht um die Fehler des Modells bereinigt: Es lagen keine von Hand codierten "
            "Sätze vor, an denen sie zu messen wären (--gold)."
        )
    else:
        how = "die es nicht kannte" if index.errors.how == "unseen" else "die es je beim Lernen ausließ"
        words = (
            f"„Bereinigt“ heißt: um die Fehler, die das Modell bei {number(index.errors.sentences)} von Hand "
            f"codierten Sätzen machte, {how}. Wo zu wenige codiert sind, steht der rohe Anteil."
        )
    yield tag("p", words, " Spannen gelten zu 95\u00a0%.", class_="caution")
    if index.no_trend:
        yield tag("p", index.no_trend, class_="caution")
    elif index.undated:
        what = "Text" if index.undated == 1 else "Texte"
        verb = "fehlt" if index.undated == 1 else "fehlen"
        yield tag(
            "p",
            f"{number(index.undated)} {what} ohne gesichertes Datum {verb} in jedem Verlauf.",
            class_="caution",
        )
    if index.trained_on:
        which = (
            "allen"
            if index.trained_on == index.pieces
            else f"{number(index.trained_on)} von {number(index.pieces)}"
        )
        learned = "Aus dem einen Text hier" if index.pieces == 1 else f"Aus {which} Texten hier"
        yield tag(
            "p", f"{learned} hat das Modell gelernt. Bei ihnen irrt es seltener als sonst: Ihre Zahlen "
            "schmeicheln ihm.", class_="caution",
        )  # fmt: skip
    for notice, count in index.unlike.items():
        yield tag("p", f"{number(count)} von {number(index.pieces)} Texten {SAYS[notice]}.", class_="caution")


def _target(one: TargetIndex, index: Index, codebook: Codebook) -> Markup:
    codes = [
        [", " if n else None, _link(f"{label} {number(count)}", href)]
        for n, (label, count, href) in enumerate(one.codes)
    ]
    return tag(
        "section",
        tag("h2", codebook.say(one.target.question), id=f"ziel-{one.target.id}"),
        tag("p", "Berührt: ", _value(one.touched), " der Sätze", class_="figures"),
        tag(
            "p",
            f"{number(one.touched.hits)} von {number(one.touched.of)} Sätzen; {_how(one.touched)}",
            class_="note",
        ),
        _direction(one.direction),
        tag("p", "Gezählt: ", codes, f"; unentschieden {number(one.abstained)}", class_="note"),
        _time(one, index),
    )


def _direction(figure: IndexFigure | None) -> list[Markup]:
    """Which way, apart from how often."""
    if figure is None:
        return []
    return [
        tag("p", "Davon Ja: ", _value(figure), " der berührten Sätze mit Richtung", class_="figures"),
        tag("p", _capital(_how(figure)), class_="note"),
    ]


def _time(one: TargetIndex, index: Index) -> Markup | None:
    if index.no_trend:
        return None
    return join(
        [
            tag("div", _curve(one, 0, "Berührt", index), _curve(one, 1, "Davon Ja", index), class_="curves"),
            _table("Zeitraum", ["berührt", "davon Ja"], one.periods, ("", "yes")),
        ]
    )


def _curve(one: TargetIndex, column: int, name: str, index: Index) -> Markup:
    points = [Point(r.name, r.place, f.estimate if (f := r.figures[column]) else None) for r in one.periods]
    label = f"{name}: Anteil über die Zeit mit 95-Prozent-Spanne; die Zahlen stehen in der Tabelle darunter."
    what = "der Sätze" if column == 0 else "der berührten Sätze mit Richtung"
    drawn = curve(points, label=label, tone="yes" if column else "", top=1.0 if column else None)
    return tag("figure", tag("figcaption", tag("b", name), f", Anteil {what}"), drawn)


_BESIDE = 2  # columns of figures that have room for a figure beside its band


def _table(first: str, heads: Sequence[str], rows: Sequence[Row], tones: Sequence[str]) -> Markup:
    top = max((f.estimate.interval[1] for row in rows for f in row.figures[:1] if f), default=1.0)
    tops = (
        [max(top, 0.01), *[1.0] * (len(heads) - 1)] if tones[-1] == "yes" else [max(top, 0.01)] * len(heads)
    )
    head = tag(
        "tr",
        tag("th", first, scope="col"),
        tag("th", "Texte", scope="col", class_="n"),
        [tag("th", name, scope="col") for name in heads],
    )
    body = [
        tag(
            "tr",
            tag("th", row.name, scope="row"),
            tag("td", number(row.pieces), class_="n"),
            [
                tag("td", _cell(figure, limit, tone), data_label=name)
                for figure, limit, tone, name in zip(row.figures, tops, tones, heads, strict=True)
            ],
        )
        for row in rows
    ]
    return tag("div", tag("table", tag("thead", head), tag("tbody", body)),
               class_="scroll many" if len(heads) > _BESIDE else "scroll", tabindex="0",
               role="region", aria_label=f"{first}: {', '.join(heads)}")  # fmt: skip


def _cell(figure: IndexFigure | None, top: float, tone: str) -> Markup:
    if figure is None:
        return tag("span", "–", class_="quiet")
    return tag("div", _range(figure.estimate, top, tone), _value(figure), class_="cell")


def _range(estimate: Estimate, top: float, tone: str) -> Markup:
    """The interval as a band, the share as a stroke in it, on the scale of its column."""
    low, high = (min(1.0, edge / top) * 200 for edge in estimate.interval)
    at = min(1.0, estimate.share / top) * 200
    return tag(
        "svg",
        tag("rect", y=5, width=200, height=6, class_="ground"),
        tag("rect", x=f"{low:.1f}", y=3, width=f"{max(high - low, 1):.1f}", height=10, class_="reach"),
        tag("rect", x=f"{max(0.0, min(at - 2, 196)):.1f}", y=0, width=4, height=16, class_="point"),
        class_=f"range {tone}".strip(),
        viewBox="0 0 200 16",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _value(figure: IndexFigure) -> Markup:
    low, high = figure.estimate.interval
    reach = tag("span", f"({share(low)}–{share(high)})", class_="of")
    return _link([f"{share(figure.estimate.share)}\u00a0% ", reach], figure.href)


def _how(figure: IndexFigure) -> str:
    """Whether a figure is corrected, and why not."""
    if figure.estimate.corrected:
        return "um die Fehler des Modells bereinigt."
    return f"nicht bereinigt{f': {figure.estimate.reason}' if figure.estimate.reason else ''}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _link(words: Child, href: str | None) -> Markup:
    return tag("a", words, href=href) if href else tag("span", words, class_="value")


def _rhetoric(index: Index) -> Markup | None:
    if not index.devices or not index.rhetoric:
        return None
    return tag(
        "section",
        tag("h2", "Mittel je Autor"),
        tag("p", "Anteil der Sätze, in denen das Modell ein Mittel sieht.", class_="note"),
        _table("Autor", index.devices, index.rhetoric, [""] * len(index.devices)),
    )


def _names(index: Index) -> Markup | None:
    if not index.names:
        return None
    rows = [
        tag(
            "li",
            tag("a", name, href=href),
            f" – {sentences(n)} in {number(pieces)} {'Text' if pieces == 1 else 'Texten'}",
        )
        for name, n, pieces, href in index.names
    ]
    return tag(
        "section", tag("h2", "Als Ziel vorschlagen?"),
        tag("p", "Häufig genannt und von keiner Frage des Codebuchs erfasst.", class_="note"),
        tag("ul", rows),
    )  # fmt: skip


def _failed(index: Index) -> Markup | None:
    if not index.failed:
        return None
    rows = [unread(name, reason) for name, reason in index.failed]
    return tag("section", tag("h2", "Nicht gelesen"), tag("ul", rows))


def _listed(index: Index) -> Markup:
    rows = [
        tag("li", tag("a", title, href=page), tag("p", " · ".join(part for part in (by, line) if part)))
        for page, title, by, line in index.listed
    ]
    more = tag("p", tag("a", f"Alle {number(index.pieces)} Texte", href="texte.html")) if index.more else None
    return tag("section", tag("h2", "Texte"), tag("ol", rows, class_="pieces"), more, id="texte")
