"""A sheet for one annotator alone: agreement with the others, and five sentences to look at again."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from annotate.report.chapters import terms_chapter
from annotate.report.charts import Dot, dots_figure
from annotate.report.document import Chapter, Document, Drawing, Paragraph, Part, Quote, Quotes, Table
from annotate.report.facts import Person
from annotate.report.gather import person_of
from annotate.report.words import Words, in_language
from annotate.study.folder import Study
from exports.agreement.machines import machine_figures
from exports.agreement.report import MachineFigure
from schemas.codebook import Code, Codebook, Layer
from schemas.errors import SettingsError, near_hit
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, GoldSentence, LayerValue, Record, is_unknown

_SENTENCES = 5
_DRAWS = 1000
_WIDTH = 80


class Different(Record, frozen=True, kw_only=True):
    """A sentence that was decided otherwise than this person coded it; ``target`` of a stance."""

    sentence_id: str
    text: str
    layer: str
    target: str | None = None
    coded: list[str]
    decided: list[str]


class Sheet(Record, frozen=True, kw_only=True):
    """One person's sheet; nothing in it says what anybody else did.

    ``agreement`` is that of this person with all others taken together, null where nobody else coded the same
    sentences. ``compared`` are this person's codings that were decided, ``different`` how many differ, by
    layer.
    """

    study: str
    language: str
    annotator: str
    person: Person
    agreement: dict[str, MachineFigure] | None
    compared: int
    different: dict[str, int]
    sentences: list[Different]


def sheet_of(study: Study, annotator: str, *, language: str | None = None, seed: int = 0) -> Sheet:
    """The sheet of an annotator of a study.

    Raises
    ------
    DataError
        Nothing was coded yet.
    SettingsError
        There is no coding by this annotator.
    """
    book = study.codebook()
    rows = list(read_jsonl(study.needs(study.annotations, "pull"), Annotation))
    known = {row.annotator for row in rows if not is_unknown(row.annotator)}
    if annotator not in known:
        problem = (
            f'no coding by "{annotator}"{near_hit(annotator, known)}; expected an annotator of the study'
        )
        raise SettingsError(problem, flag="--annotator")
    own = [row for row in rows if row.annotator == annotator]
    gold = list(read_jsonl(study.gold, GoldSentence)) if study.gold.exists() else []
    found = list(_different(own, gold, book))
    by_layer = {
        layer.id: n for layer in book.predicted_layers if (n := sum(one.layer == layer.id for one in found))
    }
    return Sheet(
        study=study.name,
        language=language or book.language,
        annotator=annotator,
        person=person_of(annotator, own),
        agreement=_with_others(own, [row for row in rows if row.annotator != annotator], book, seed),
        compared=len({row.sentence_id for row in own if not row.skipped} & {row.sentence_id for row in gold}),
        different=by_layer,
        sentences=_chosen(found, by_layer),
    )


def _with_others(
    own: Sequence[Annotation], others: Sequence[Annotation], book: Codebook, seed: int
) -> dict[str, MachineFigure] | None:
    """All others together, each of their codings beside one's own: nobody is told apart."""
    coded = {row.sentence_id for row in own if not row.skipped}
    beside = [row for row in others if not is_unknown(row.annotator) and not row.skipped]
    if not any(row.sentence_id in coded for row in beside):
        return None
    return machine_figures(beside, own, book, draws=_DRAWS, seed=seed)


def _different(
    own: Sequence[Annotation], gold: Sequence[GoldSentence], book: Codebook
) -> Iterator[Different]:
    """Where one was decided otherwise, in the order of gold."""
    coded = {row.sentence_id: row for row in own if not row.skipped}
    for row in gold:
        mine = coded.get(row.sentence_id)
        for layer in book.predicted_layers if mine else ():
            if layer.id in row.layers and layer.id in (mine.layers if mine else {}):
                assert mine is not None
                pairs = _pairs(mine.layers[layer.id], row.layers[layer.id])
                for target, given, decided in pairs:
                    if {*given} != {*decided}:
                        yield Different(
                            sentence_id=row.sentence_id,
                            text=row.text,
                            layer=layer.id,
                            target=target,
                            coded=given,
                            decided=decided,
                        )


def _pairs(mine: LayerValue, decided: LayerValue) -> Iterator[tuple[str | None, list[str], list[str]]]:
    if isinstance(mine, dict) and isinstance(decided, dict):
        yield from ((target, [mine[target]], [decided[target]]) for target in decided if target in mine)
    else:
        yield None, _listed(mine), _listed(decided)


def _listed(value: LayerValue) -> list[str]:
    return [str(code) for code in value] if isinstance(value, list) else [str(value)]


def _chosen(found: Sequence[Different], by_layer: Mapping[str, int]) -> list[Different]:
    """Five in turn from the layers, those first that differ most: no sentence twice, and no difference twice
    if others are left.
    """
    order = sorted(by_layer, key=lambda name: -by_layer[name])
    waiting = {name: [one for one in found if one.layer == name] for name in order}
    chosen: list[Different] = []
    seen: set[str] = set()
    kinds: set[tuple[str, ...]] = set()
    while len(chosen) < _SENTENCES and any(waiting.values()):
        for name in order:
            waiting[name] = [one for one in waiting[name] if one.sentence_id not in seen]
            if waiting[name] and len(chosen) < _SENTENCES:
                one = next((one for one in waiting[name] if _kind(one) not in kinds), waiting[name][0])
                chosen.append(one)
                seen.add(one.sentence_id)
                kinds.add(_kind(one))
    return chosen


def _kind(one: Different) -> tuple[str, ...]:
    return (one.layer, *one.coded, ">", *one.decided)


# ---------------------------------------------------------------------- in words


def sheet_document(sheet: Sheet, codebook: Codebook) -> Document:
    """The sheet in its language."""
    words, book = Words(sheet.language), in_language(codebook, sheet.language)
    about = words.pick(
        f"Studie {sheet.study}. Nur für {sheet.annotator}: Was andere einzeln codiert haben, steht hier "
        "nicht, und eine Rangfolge gibt es nicht.",
        f"Study {sheet.study}. For {sheet.annotator} alone: what others coded one by one is not in it, and "
        "nobody is ranked.",
    )
    return Document(
        title=words.pick(f"Blatt für {sheet.annotator}", f"Sheet for {sheet.annotator}"),
        subtitle=about,
        chapters=[
            _work(sheet, words),
            _agreed(sheet, book, words),
            _again(sheet, book, words),
            terms_chapter(words),
        ],
        language=sheet.language,
    )


def sheet_words(document: Document) -> str:
    """The sheet in 80 columns, without its figure and the terms."""
    lines = [document.title, *textwrap.wrap(document.subtitle, _WIDTH)]
    for chapter in document.chapters[:-1]:
        lines += ["", chapter.title]
        for part in chapter.parts:
            match part:
                case Paragraph(words, False):
                    lines += textwrap.wrap(words, _WIDTH)
                case Table():
                    lines += ["", part.caption, *_columns(part)]
                case Quotes(rows, _):
                    for number, quote in enumerate(rows, 1):
                        lines += [
                            "",
                            *textwrap.wrap(f"{number}. {quote.text}", _WIDTH, subsequent_indent="   "),
                        ]
                        lines += textwrap.wrap(
                            quote.about, _WIDTH, initial_indent="   ", subsequent_indent="   "
                        )
    return "\n".join(lines)


def _columns(table: Table) -> Iterator[str]:
    rows = [table.head, *table.rows]
    widths = [max(len(row[n]) for row in rows) for n in range(1, len(table.head))]
    first = max(10, min(max(len(row[0]) for row in rows), _WIDTH - sum(widths) - 2 * len(widths)))
    for row in rows:
        name = row[0] if len(row[0]) <= first else f"{row[0][: first - 1]}…"
        cells = "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths, strict=True))
        yield f"{name:<{first}}{cells}".rstrip()


def _work(sheet: Sheet, words: Words) -> Chapter:
    person = sheet.person
    said = words.pick(
        f"Codiert: {words.sentences(person.sentences)}.", f"Coded: {words.sentences(person.sentences)}."
    )
    if person.skipped:
        said += words.pick(f" Übersprungen: {person.skipped}.", f" Skipped: {person.skipped}.")
    if person.seconds is not None and person.hours is not None:
        minutes, seconds = words.number(person.seconds / 60, 1), words.number(person.seconds, 0)
        said += words.pick(
            f" Ein Satz dauerte {minutes} Minuten ({seconds} Sekunden; Median), zusammen "
            f"{words.number(person.hours, 1)} Stunden.",
            f" A sentence took {minutes} minutes ({seconds} seconds; median), "
            f"{words.number(person.hours, 1)} hours in all.",
        )
    return Chapter("work", words.pick("Ihre Arbeit", "Your work"), [Paragraph(said)])


def _agreed(sheet: Sheet, book: Codebook, words: Words) -> Chapter:
    title = words.pick("Sie und die anderen", "You and the others")
    if sheet.agreement is None:
        alone = words.pick(
            "Ihre Sätze hat bisher niemand sonst codiert; zu vergleichen ist noch nichts.",
            "Nobody else coded your sentences so far; there is nothing to compare yet.",
        )
        return Chapter("agreement", title, [Paragraph(alone)])
    dots = [
        Dot(book.layer_label(name), figure.alpha, figure.interval, "people")
        for name, figure in sheet.agreement.items()
        if figure.alpha is not None
    ]
    how = words.pick(
        "Ihre Codierungen neben denen aller anderen zusammen. Niedrige Werte heißen nicht, dass Sie falsch "
        "liegen: Oft ist die Regel unklar.",
        "Your codings beside those of all others together. Low figures do not mean that you are wrong: often "
        "the rule is unclear.",
    )
    parts: list[Part] = [Paragraph(how)]
    if dots:
        said = "; ".join(f"{dot.row} {words.with_bounds(dot.value, dot.interval)}" for dot in dots)
        axis = words.pick("Krippendorffs Alpha", "Krippendorff's alpha")
        svg = dots_figure("sheet", said, dots, axis=axis, legend={}, language=words.language)
        parts.append(Drawing(svg, said))
    head: Sequence[str] = (
        words.pick("Ebene", "Layer"), "α", words.pick("gleich", "equal"),
        words.pick("Vergleiche", "comparisons"),
    )  # fmt: skip
    rows = [
        [
            book.layer_label(name),
            words.with_bounds(figure.alpha, figure.interval),
            words.percent(figure.observed),
            words.whole(figure.n),
        ]
        for name, figure in sheet.agreement.items()
    ]
    parts.append(Table(head, rows, words.pick("Je Ebene", "By layer"), "sheet", frozenset({1, 2, 3})))
    head = ("Code", "α", words.pick("positive Übereinstimmung", "positive agreement"))
    for name, figure in sheet.agreement.items():
        rows = [
            [
                words.code(name, code, book),
                words.with_bounds(found.alpha, found.interval),
                words.with_bounds(found.positive_agreement, found.interval_positive_agreement),
            ]
            for code, found in figure.codes.items()
            if found.n
        ]
        parts.append(Table(head, rows, book.layer_label(name), f"sheet-{name}", frozenset({1, 2})))
    return Chapter("agreement", title, parts)


def _again(sheet: Sheet, book: Codebook, words: Words) -> Chapter:
    title = words.pick("Sätze, die anders entschieden wurden", "Sentences that were decided otherwise")
    if not sheet.compared:
        none = words.pick(
            "Von Ihren Sätzen ist noch keiner entschieden.", "None of your sentences is decided yet."
        )
        return Chapter("sentences", title, [Paragraph(none)])
    if not sheet.sentences:
        none = words.pick(
            "Alles wurde so entschieden, wie Sie es codiert haben.", "All was decided as you coded it."
        )
        return Chapter("sentences", title, [Paragraph(none)])
    counts = words.listed([f"{book.layer_label(name)} ({n})" for name, n in sheet.different.items()])
    said = words.pick(
        f"Entschieden: {words.sentences(sheet.compared)} von Ihren. Anders als von Ihnen codiert: {counts}. "
        "Hier einige davon, mit der Regel.",
        f"Decided: {words.sentences(sheet.compared)} of yours. Otherwise than you coded: {counts}. Here are "
        "some of them, with the rule.",
    )
    quotes = [Quote(one.text, _reason(one, book, words)) for one in sheet.sentences]
    return Chapter(
        "sentences", title, [Paragraph(said), Quotes(quotes, words.pick("Zum Vergleichen", "To compare"))]
    )


def _reason(one: Different, book: Codebook, words: Words) -> str:
    """What was coded and decided, when the decided code applies, and when the coded one does not."""
    layer = book.layer(one.layer)
    assert layer is not None
    asked = f" ({book.question(one.target)})" if one.target else ""
    said = words.pick(
        f"{book.layer_label(one.layer)}{asked}: Sie {_codes(one, one.coded, book, words)}, entschieden "
        f"{_codes(one, one.decided, book, words)}.",
        f"{book.layer_label(one.layer)}{asked}: you {_codes(one, one.coded, book, words)}, decided "
        f"{_codes(one, one.decided, book, words)}.",
    )
    for code in (found for name in one.decided if name not in one.coded if (found := _code(layer, name))):
        if code.use_when:
            rule = " ".join(book.say(text) for text in code.use_when[:2])
            said += f" {words.quoted(book.say(code.label))} {words.pick('gilt', 'applies')}: {rule}"
    for code in (found for name in one.coded if name not in one.decided if (found := _code(layer, name))):
        if code.avoid_when:
            rule = " ".join(book.say(text) for text in code.avoid_when[:2])
            said += (
                f" {words.quoted(book.say(code.label))} {words.pick('gilt nicht', 'does not apply')}: {rule}"
            )
    return said


def _codes(one: Different, codes: Sequence[str], book: Codebook, words: Words) -> str:
    if not codes:
        return words.pick("nichts", "nothing")
    return words.listed([words.quoted(words.code(one.layer, code, book)) for code in codes])


def _code(layer: Layer, code_id: str) -> Code | None:
    return next((code for code in layer.codes if code.id == code_id), None)
