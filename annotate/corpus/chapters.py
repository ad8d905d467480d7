"""An index over a corpus as a document: what it shows first, then every target, and how it was counted."""

from collections.abc import Iterator, Mapping

from annotate.corpus.figures import UNDATED, CorpusIndex, Figure, TargetFigures
from annotate.corpus.statements import (
    basis_words,
    cautions,
    finding,
    many,
    method,
    most_given,
    percent_words,
    share_words,
)
from annotate.pages.periods import Unit, period_name, period_number
from annotate.report.charts import Curve, periods_figure
from annotate.report.document import Chapter, Document, Drawing, Paragraph, Part, Table
from annotate.report.machine_chapters import reason_words
from annotate.report.words import Words, in_language
from schemas.codebook import Codebook

_OPEN = 24  # periods whose table stands open; more are unfolded by who asks for them
_SHOWN = 0.05  # of the answers: codes that are given less often have no curve
_UNITS: dict[Unit, tuple[str, str]] = {
    "week": ("Woche", "week"), "month": ("Monat", "month"), "quarter": ("Quartal", "quarter"),
}  # fmt: skip


def to_document(index: CorpusIndex, codebook: Codebook, language: str) -> Document:
    """The index in German or English; questions and codes as the codebook calls them."""
    words, book = Words(language), in_language(codebook, language)
    to = words.pick("bis", "to")
    span = f", {words.day(index.first)} {to} {words.day(index.last)}" if index.first else ""
    model, name = words.pick("Modell", "model"), words.pick("Codebuch", "codebook")
    remark = words.pick("maschinell codiert, nicht geprüft", "coded by a model, not checked")
    return Document(
        title=words.pick(
            f"Index über {many(index.commentaries, 'Kommentar', 'Kommentare', words)}",
            f"Index over {many(index.commentaries, 'commentary', 'commentaries', words)}",
        ),
        subtitle=f"{words.sentences(index.sentences)}{span}; {model} {index.model_version}, "
        f"{name} {index.codebook} {index.codebook_version}; {remark}",
        chapters=[
            _findings(index, book, words),
            *(_target(target, index, book, words) for target in index.targets),
            *_devices(index, book, words),
            Chapter(
                "how",
                words.pick("Wie gezählt wurde", "How this was counted"),
                [*map(Paragraph, method(words))],
            ),
        ],
        language=language,
    )


def _findings(index: CorpusIndex, book: Codebook, words: Words) -> Chapter:
    parts: list[Part] = [Paragraph(finding(index, book, words))]
    if index.targets:
        head = (
            words.pick("Frage", "Question"), words.pick("berührt", "touched"),
            words.pick("häufigste Antwort", "most given answer"), words.pick("Anteil", "share"),
            words.pick("gezählt", "counted"), words.pick("unentschieden", "undecided"),
        )  # fmt: skip
        caption = words.pick(
            "Alle Fragen: Anteile mit 95-%-Spanne", "All questions: shares with 95% intervals"
        )
        rows = [_line(target, index, book, words) for target in index.targets]
        parts.append(Table(head, rows, caption, "targets", frozenset({1, 3, 4, 5})))
    parts += [Paragraph(one, True) for one in (basis_words(index, words), *cautions(index, words))]
    return Chapter("findings", words.pick("Was sich zeigt", "What it shows"), parts)


def _line(target: TargetFigures, index: CorpusIndex, book: Codebook, words: Words) -> list[str]:
    """A target in the table of all."""
    one, most = target.whole, most_given(target)
    return [
        book.question(target.target),
        _cell(one.touched, index, words),
        words.code(target.layer, most[0], book) if most else "–",
        _cell(most[1] if most else None, index, words),
        words.whole(one.touched.hits) if one.touched else "–",
        words.whole(one.undecided),
    ]


def _target(target: TargetFigures, index: CorpusIndex, book: Codebook, words: Words) -> Chapter:
    one, share = target.whole, share_words(target.whole.touched, words)
    said = words.pick(
        f"Berührt in {share} der {words.whole(one.sentences)} Sätze.",
        f"Touched in {share} of {words.sentences(one.sentences)}.",
    )
    parts: list[Part] = [Paragraph(said)]
    if target.periods:
        parts.append(_drawing(target, book, words))
    parts.append(_codes(target, index, book, words))
    abstained = f"{words.sentences(one.undecided)} ({words.percent(one.undecided / one.sentences)})"
    opened, held = words.sentences(one.direction_open), words.sentences(one.held)
    left = words.pick(
        f"Unentschieden: {abstained}, in denen sich das Modell enthält; sie zählen nicht als berührt. "
        f"Berührt, Richtung unklar: {opened}. In fremder oder gemischter Stimme und nicht gezählt: {held}.",
        f"Undecided: {abstained} in which the model abstains; they do not count as touched. Touched with an "
        f"unclear direction: {opened}. In another's or a mixed voice and not counted: {held}.",
    )
    parts.append(Paragraph(left, True))
    if target.periods:
        parts.append(_periods(target, index, book, words))
    return Chapter(f"target-{target.target}", book.question(target.target), parts)


def _codes(target: TargetFigures, index: CorpusIndex, book: Codebook, words: Words) -> Table:
    """How often a target is touched, and each code among what has a direction."""
    figures = {words.pick("berührt", "touched"): target.whole.touched}
    figures |= {words.code(target.layer, code, book): found for code, found in target.whole.codes.items()}
    caption = words.pick(
        "Berührt unter allen Sätzen, Antworten unter denen mit Richtung",
        "Touched among all sentences, answers among those with a direction",
    )
    return _answers(f"codes-{target.target}", figures, caption, index, words)


def _devices(index: CorpusIndex, book: Codebook, words: Words) -> Iterator[Chapter]:
    """Codes of sets, among all sentences."""
    devices = sorted(index.devices, key=lambda one: -one.whole.estimate.share)
    caption = words.pick("Anteil aller Sätze, mit 95-%-Spanne", "Share of all sentences, with 95% intervals")
    for layer in dict.fromkeys(device.layer for device in index.devices):
        figures = {words.code(layer, one.code, book): one.whole for one in devices if one.layer == layer}
        table = _answers(f"layer-{layer}", figures, caption, index, words)
        yield Chapter(f"layer-{layer}", book.layer_label(layer), [table])


def _answers(
    name: str, figures: Mapping[str, Figure | None], caption: str, index: CorpusIndex, words: Words
) -> Table:
    """A line an answer; whether it is corrected is said where any is."""
    is_corrected = index.basis.how is not None
    rows = [
        [
            label,
            f"{words.whole(figure.hits)} / {words.whole(figure.of)}",
            _cell(figure, index, words),
            *([_corrected(figure, words)] if is_corrected else []),
        ]
        for label, figure in figures.items()
        if figure
    ]
    head = [words.pick("Antwort", "Answer"), words.pick("gezählt", "counted"), words.pick("Anteil", "share")]
    head += [words.pick("bereinigt", "corrected")] if is_corrected else []
    return Table(head, rows, caption, name, frozenset({1, 2}))


def _periods(target: TargetFigures, index: CorpusIndex, book: Codebook, words: Words) -> Table:
    codes = list(target.whole.codes)
    rows = [
        [
            _period(one.period, words),
            words.whole(one.commentaries),
            words.whole(one.sentences),
            _cell(one.touched, index, words),
            *(_cell(one.codes[code], index, words) for code in codes),
            words.whole(one.undecided),
        ]
        for one in target.periods
    ]
    german, english = _UNITS[index.by]
    head = (
        words.pick(german, english.capitalize()), words.pick("Kommentare", "commentaries"),
        words.pick("Sätze", "sentences"), words.pick("berührt", "touched"),
        *(words.code(target.layer, code, book) for code in codes), words.pick("unentschieden", "undecided"),
    )  # fmt: skip
    caption = words.pick(
        f"Nach {german}: Anteile mit 95-%-Spanne", f"By {english}: shares with 95% intervals"
    )
    numbers = frozenset(range(1, len(head)))
    name = f"periods-{target.target}"
    return Table(head, rows, caption, name, numbers, is_folded=len(rows) > _OPEN)


def _drawing(target: TargetFigures, book: Codebook, words: Words) -> Drawing:
    dated = [one for one in target.periods if one.period != UNDATED]
    first = period_number(dated[0].period)
    places = {period_number(one.period) - first: one for one in dated}

    def curve(name: str, figures: Mapping[int, Figure | None]) -> Curve:
        return Curve(name, {n: (f.estimate.share, f.estimate.interval) for n, f in figures.items() if f})

    touched = words.pick("berührt, Anteil der Sätze", "touched, share of sentences")
    panels = {touched: [curve(touched, {n: one.touched for n, one in places.items()})]}
    whole = {code: found for code, found in target.whole.codes.items() if found and found.hits}
    shown = [code for code, found in whole.items() if found.hits >= _SHOWN * found.of]
    if len(whole) == 2:  # the other is what is left to a hundred
        shown = shown[:1]
    answers = [
        curve(words.code(target.layer, code, book), {n: one.codes[code] for n, one in places.items()})
        for code in shown
    ]
    if answers:
        what = words.pick("Antworten", "answers")
        what = words.quoted(answers[0].name) if len(answers) == 1 else what
        panels[words.pick(f"{what}, Anteil mit Richtung", f"{what}, share of those with one")] = answers
    said = words.pick(
        "Anteile über die Zeit mit 95-Prozent-Spannen; die Zahlen stehen in der Tabelle darunter.",
        "Shares over time with 95 per cent intervals; the figures stand in the table below.",
    )
    named = {n: _short_period(one.period) for n, one in places.items()}
    name = f"curve-{target.target}"
    return Drawing(periods_figure(name, said, panels, periods=named, language=words.language), said)


def _cell(figure: Figure | None, index: CorpusIndex, words: Words) -> str:
    """A share with its interval, as short as it can be; a star where others are corrected, and it is not."""
    if figure is None:
        return "–"
    star = "*" if index.basis.how is not None and not figure.estimate.corrected else ""
    low, high = (percent_words(bound, words) for bound in figure.estimate.interval)
    sign = words.pick("\u00a0%", "%")
    return f"{percent_words(figure.estimate.share, words)}{sign}{star} ({low}–{high})"


def _corrected(figure: Figure, words: Words) -> str:
    if figure.estimate.corrected:
        return words.pick("ja", "yes")
    return words.pick("nein: ", "no: ") + reason_words(figure.estimate.reason or "", words)


def _period(key: str, words: Words) -> str:
    if key == UNDATED:
        return words.pick("ohne gesichertes Datum", "without a sure date")
    return words.pick(period_name(key), key.replace("-q", " Q"))


def _short_period(key: str) -> str:
    """A period on an axis.

    >>> _short_period("2025-10"), _short_period("2025-q4"), _short_period("2025-10-20")
    ('10/2025', '2025 Q4', '2025-10-20')
    """
    return f"{key[5:]}/{key[:4]}" if len(key) == 7 and "q" not in key else key.replace("-q", " Q")
