"""What one may say with a study, and what not: each claim with its figure and what would change it."""

from collections.abc import Iterator

from msgspec.structs import replace

from annotate.report.facts import Claim, StudyReport
from annotate.report.model_chapter import more_words
from annotate.report.words import Words
from exports.agreement.report import Coefficients
from exports.agreement.report_text import FIRM, MARGIN, TENTATIVE
from schemas.codebook import Codebook
from train.evaluation.report import LayerFigures

_SURE = 0.05


def claims_of(report: StudyReport, book: Codebook) -> list[Claim]:
    """The claims of all layers, what may be said first."""
    words = Words(report.language)
    found = [
        *_of_people(report, book, words),
        *_of_model(report, book, words),
        *_of_suggestions(report, book, words),
    ]
    # of what may be said, nothing needs to change
    said = [replace(claim, change="") if claim.may else claim for claim in found]
    return sorted(said, key=lambda claim: not claim.may)


# ---------------------------------------------------------------------- people


def _of_people(report: StudyReport, book: Codebook, words: Words) -> Iterator[Claim]:
    if report.agreement is None or not report.agreement.shared:
        yield Claim(
            may=False,
            about="agreement",
            words=words.pick(
                "Die Codierungen sind verlässlich.",
                "The codings are reliable.",
            ),
            figure=words.pick("Übereinstimmung unbekannt", "agreement unknown"),
            change=words.pick(
                "Mindestens zwei Personen codieren dieselben Kommentare.",
                "At least two people code the same commentaries.",
            ),
        )
        return
    for name, layer in report.agreement.layers.items():
        label = words.quoted(book.layer_label(name))
        steps: list[tuple[str, Coefficients]] = [(label, layer)]
        if layer.touched and layer.direction:
            steps = [
                (
                    f"{label}: {words.pick('ob ein Ziel berührt ist,', 'whether a target is touched')}",
                    layer.touched,
                ),
                (f"{label}: {words.pick('in welche Richtung,', 'in which direction')}", layer.direction),
            ]
        for shown, figure in steps:
            yield _reliable(shown, figure, words, _dearest(report, name, book, words))


def _reliable(shown: str, figure: Coefficients, words: Words, dearest: str) -> Claim:
    low = figure.interval[0] if figure.interval else None
    shared = words.pick(f"n = {figure.shared} Sätze", f"n = {figure.shared} sentences")
    written = f"α = {words.with_bounds(figure.alpha, figure.interval)}, {shared}"
    is_tentative = low is not None and low >= TENTATIVE
    is_firm = low is not None and low >= FIRM
    how = words.pick("verlässlich", "reliably")
    if is_tentative and not is_firm:
        how = words.pick(
            "für vorläufige Schlüsse verlässlich genug", "reliably enough for tentative conclusions"
        )
    change = dearest
    if figure.alpha is not None and figure.alpha >= TENTATIVE and not is_tentative:
        change = words.pick(
            "Mehr gemeinsam codierte Kommentare machen das Intervall enger.",
            "More commentaries coded by two make the interval narrower.",
        )
    return Claim(
        may=is_tentative,
        about="agreement",
        words=words.pick(f"{shown} wird {how} codiert.", f"{shown} is coded {how}."),
        figure=written,
        change="" if is_firm else change,
    )


def _dearest(report: StudyReport, layer_id: str, book: Codebook, words: Words) -> str:
    """The two codes whose difference costs a layer most."""
    if report.agreement is None or not report.agreement.layers[layer_id].confusions:
        return ""
    first = report.agreement.layers[layer_id].confusions[0]
    codes = [words.quoted(words.code(layer_id, code, book)) for code in first.codes]
    if len(codes) == 1:
        return words.pick(f"Klären Sie, wann {codes[0]} gilt.", f"Clarify when {codes[0]} applies.")
    return words.pick(
        f"Klären Sie {codes[0]} gegen {codes[1]} ({first.n} Unterschiede).",
        f"Clarify {codes[0]} against {codes[1]} ({first.n} differences).",
    )


# ---------------------------------------------------------------------- model


def _of_model(report: StudyReport, book: Codebook, words: Words) -> Iterator[Claim]:
    if report.evaluation is None:
        return
    for name, layer in report.evaluation.layers.items():
        label = words.quoted(book.layer_label(name))
        if layer.macro_f1 is None:
            continue
        more = more_words(report.evaluation, name, words) if report.evaluation.learning_curve else ""
        twin = layer.baselines.twin if layer.baselines else None
        low = layer.interval[0] if layer.interval else None
        if twin is not None:
            yield Claim(
                may=low is not None and low > twin,
                about="model",
                words=words.pick(
                    f"Das Modell ist in {label} besser als ein schlichtes Vergleichsmodell.",
                    f"In {label} the model is better than a plain linear one.",
                ),
                figure=f"{_f1(layer, words)}; {words.pick('Vergleichsmodell', 'plain')} {words.number(twin)}",
                change=more,
            )
        ceiling = layer.ceiling
        people = ceiling.macro_f1 if ceiling else None
        model = ceiling.model_macro_f1 if ceiling else None
        if ceiling and people is not None and model is not None:
            close = words.number(MARGIN, 1)
            yield Claim(
                may=ceiling.model_interval is not None and ceiling.model_interval[0] >= people - MARGIN,
                about="model",
                words=words.pick(
                    f"In {label} bleibt das Modell höchstens {close} hinter Menschen zurück (Makro-F1).",
                    f"In {label} the model is at most {close} behind people (macro-F1).",
                ),
                figure=words.pick(
                    f"Modell {words.with_bounds(model, ceiling.model_interval)}, Menschen "
                    f"{words.with_bounds(people, ceiling.interval)}",
                    f"model {words.with_bounds(model, ceiling.model_interval)}, people "
                    f"{words.with_bounds(people, ceiling.interval)}",
                ),
                change=more,
            )


def _f1(layer: LayerFigures, words: Words) -> str:
    return f"{words.pick('Makro-F1', 'macro-F1')} {words.with_bounds(layer.macro_f1, layer.interval)}"


# ---------------------------------------------------------------------- suggestions


def _of_suggestions(report: StudyReport, book: Codebook, words: Words) -> Iterator[Claim]:
    if not report.help.models:
        yield Claim(
            may=True,
            about="suggestions",
            words=words.pick(
                "Die Codierungen entstanden ohne Vorschläge eines Modells.",
                "The codings were made without suggestions of a model.",
            ),
            figure=words.pick(f"{report.help.coded} Sätze", f"{report.help.coded} sentences"),
        )
        return
    found = report.audit
    claim = words.pick(
        "Vorschläge haben die Häufigkeit der Codes nicht verschoben.",
        "Suggestions did not shift how often codes are given.",
    )
    if found is None or found.compared != "drawn":
        yield Claim(
            may=False,
            about="suggestions",
            words=claim,
            figure=words.pick("nicht ausgelost, nicht zu sagen", "nothing was drawn, it cannot be said"),
            change=words.pick(
                "no_suggestion_share hält ausgeloste Kommentare ohne Vorschläge zurück.",
                "no_suggestion_share keeps commentaries that are drawn without suggestions.",
            ),
        )
        return
    shifted = [c for c in found.codes if c.shift.q is not None and c.shift.q < _SURE]
    bounds = sorted(max(map(abs, c.shift.interval)) for c in found.codes if c.shift.interval)
    widest = words.number(100 * bounds[-1], 0) if bounds else None
    names = words.listed([words.quoted(words.code(c.layer, c.code, book)) for c in shifted])
    figure = (
        words.pick(f"verschoben: {names}", f"shifted: {names}")
        if shifted
        else words.pick(f"höchstens {widest} Punkte", f"at most {widest} points")
        if widest
        else words.pick("zu wenig, um es zu sagen", "too little to say")
    )
    yield Claim(
        may=not shifted and bool(bounds) and bounds[-1] <= 0.1,
        about="suggestions",
        words=claim,
        figure=figure,
        change=words.pick(
            "Mehr Kommentare ohne Vorschläge zeigen kleinere Verschiebungen (audit --plan).",
            "More commentaries without suggestions show smaller shifts (audit --plan).",
        ),
    )
