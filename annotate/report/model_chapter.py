"""How good a model is, beside people and beside plain models, and what would make it better."""

from collections.abc import Iterator, Sequence

from annotate.report.charts import Dot, curves_figure, dots_figure, reliability_figure
from annotate.report.document import Chapter, Drawing, Paragraph, Part, Quote, Quotes, Table
from annotate.report.words import Words
from schemas.codebook import Codebook
from train.data.holdout import HeldOut
from train.evaluation.label_errors import LabelError
from train.evaluation.report import FLAT, EvaluationReport, Gain, LayerFigures, next_doubling
from train.evaluation.stance_figures import StanceFigures

_BY = {
    "target": (", und keines zu einem Ziel, das es schon kannte", ", and none on a target that it knew"),
    "author": (", und keines von jemandem, den es schon kannte", ", and none by somebody that it knew"),
}
_LEFT = {
    "copies of one text": "weil derselbe Text schon tausendmal dasteht",
    "no author": "ohne Namen",
    "no date": "ohne Datum",
    "no target was asked": "ohne gefragtes Ziel",
    "trained on only, as the earliest": "nur zum Lernen, weil sie die frühesten sind",
    "nothing was left to train on": "ohne Texte, aus denen vorher zu lernen war",
}
_SUSPECTS = 3  # a layer
_BINS = 3  # from which on a reliability figure shows something
_WELL, _FAIRLY = 0.05, 0.1  # calibration


def model_chapter(
    report: EvaluationReport, book: Codebook, words: Words, *, suspects: int = _SUSPECTS
) -> Chapter:
    """Scores by layer and code, baselines, people, calibration, learning curve, codings to look at again."""
    parts: list[Part] = [Paragraph(_how(report, words)), *_scores(report, book, words)]
    parts += (Paragraph(said) for said in _oddities(report, book, words))
    parts += _abstention(report, book, words)
    parts += (_codes(name, layer, book, words) for name, layer in report.layers.items() if layer.n)
    parts += _stances(report, book, words)
    parts += _calibration(report, book, words)
    parts += _curve(report, book, words)
    parts += _suspects(report, book, words, suspects)
    parts += _against(report, book, words)
    return Chapter("model", words.pick("Das Modell", "The model"), parts)


def _how(report: EvaluationReport, words: Words) -> str:
    size = words.pick(f"Geprüft an: {words.sentences(report.n)}.", f"Judged on {words.sentences(report.n)}.")
    found = report.held_out
    if found is None:
        finished = words.pick(
            "Ein fertiges Modell, geprüft an gegebenen Sätzen.",
            "A finished model, judged on given sentences.",
        )
        return f"{finished} {size}"
    return f"{_splits(found, words)} {size}"


def _splits(found: HeldOut, words: Words) -> str:
    said = words.pick(
        f"{found.splits} Modelle, jedes beurteilt an Kommentaren, die es nicht kannte",
        f"{found.splits} models, each judged on commentaries it did not know",
    )
    if found.by == "date":
        said += words.pick(
            f": gelernt aus dem, was mindestens {found.gap_days} Tage vorher erschienen war",
            f": trained on what had appeared at least {found.gap_days} days before",
        )
    said += words.pick(*_BY.get(found.by, ("", "")))
    if found.group == "cluster":
        said += words.pick(
            "; Texte mit fast gleichen Sätzen bleiben beisammen",
            "; texts with nearly equal sentences stay together",
        )
    for reason, n in found.left_out.items():
        said += words.pick(
            f"; {words.sentences(n)} nicht beurteilt ({_LEFT.get(reason, reason)})",
            f"; {words.sentences(n)} not judged ({reason})",
        )
    return f"{said}."


def _scores(report: EvaluationReport, book: Codebook, words: Words) -> Iterator[Part]:
    dots, rows, plain = [], [], []
    for name, layer in report.layers.items():
        label = book.layer_label(name)
        base, ceiling = layer.baselines, layer.ceiling
        people = ceiling.macro_f1 if ceiling else None
        beside = (
            ("model", layer.macro_f1, layer.interval),
            ("plain", base.twin if base else None, None),
            ("people", people, ceiling.interval if ceiling else None),
        )
        dots += [Dot(label, value, interval, kind) for kind, value, interval in beside if value is not None]
        rows.append(
            [
                label,
                words.with_bounds(layer.macro_f1, layer.interval),
                words.percent(layer.accuracy),
                words.with_bounds(people, ceiling.interval if ceiling else None),
                words.with_bounds(
                    ceiling.model_macro_f1 if ceiling else None, ceiling.model_interval if ceiling else None
                ),
            ]
        )
        plain.append(
            [
                label,
                words.number(base.twin if base else None),
                words.number(base.keyword if base else None),
                words.number(base.length if base else None),
                words.number(base.majority if base else layer.baseline_macro_f1),
            ]
        )
    if dots:
        label = words.pick(
            "Makro-F1 des Modells (Punkt), der Menschen untereinander (Raute) und eines schlichten "
            "Vergleichsmodells (Strich), mit Intervallen.",
            "Macro-F1 of the model (dot), of people with each other (diamond) and of a plain linear model "
            "(stroke), with intervals.",
        )
        legend = {
            "model": words.pick("Modell", "model"),
            "people": words.pick("Menschen", "people"),
            "plain": words.pick("Vergleichsmodell", "plain model"),
        }
        axis = words.pick("Makro-F1", "macro-F1")
        said = [f"{dot.row}, {legend[dot.kind]} {words.with_bounds(dot.value, dot.interval)}" for dot in dots]
        spoken = f"{label} {'; '.join(said)}."
        svg = dots_figure("model", spoken, dots, axis=axis, legend=legend, language=words.language)
        yield Drawing(svg, spoken)
        yield Paragraph(label, True)
    head = (
        words.pick("Ebene", "Layer"),
        words.pick("Modell: Makro-F1", "model: macro-F1"),
        words.pick("richtig", "right"),
        words.pick("Menschen", "people"),
        words.pick("Modell gegen dieselben", "model against the same"),
    )
    caption = words.pick("Das Modell je Ebene", "The model by layer")
    yield Table(head, rows, caption, "model", frozenset(range(1, 5)))
    head = (
        words.pick("Ebene", "Layer"),
        words.pick("Vergleichsmodell", "plain model"),
        words.pick("Stichwörter", "keywords"),
        words.pick("nur Satzlänge", "length alone"),
        words.pick("häufigster Code", "commonest code"),
    )
    caption = words.pick(
        "Was schon ohne das Modell gelingt (Makro-F1)", "What succeeds without the model (macro-F1)"
    )
    yield Table(head, plain, caption, "baselines", frozenset(range(1, 5)))


def _oddities(report: EvaluationReport, book: Codebook, words: Words) -> Iterator[str]:
    """What is missing or means little, layer by layer."""
    for name, layer in report.layers.items():
        label = words.quoted(book.layer_label(name))
        if not layer.n:
            yield words.pick(
                f"{label} ist nicht beurteilt: {_nothing(layer.reason or '')}.",
                f"{label} is not judged: {layer.reason}.",
            )
            continue
        if layer.unjudged:
            yield words.pick(
                f"{label}: {words.sentences(layer.unjudged)} konnte kein Modell beurteilen.",
                f"{label}: {words.sentences(layer.unjudged)} could be judged by no model.",
            )
        if (layer.reason or "").startswith("only one code occurs"):
            yield words.pick(
                f"{label}: Es kommt nur ein Code vor, hier ist nichts zu unterscheiden.",
                f"{label}: only one code occurs, there is nothing to tell apart.",
            )
        if layer.not_learned:
            codes = words.listed([words.quoted(words.code(name, code, book)) for code in layer.not_learned])
            yield words.pick(
                f"{label}: nicht gelernt und deshalb nie vergeben: {codes}.",
                f"{label}: not learned and therefore never given: {codes}.",
            )


def _nothing(reason: str) -> str:
    if reason == "no sentence is coded":
        return "Kein Satz ist hier codiert"
    if "one commentary only" in reason:
        return "Jedem Modell bliebe nur ein einziger Text zum Lernen"
    return "Zu keinem codierten Satz gibt es eine Vorhersage"


def _abstention(report: EvaluationReport, book: Codebook, words: Words) -> Iterator[Part]:
    rows = []
    for name, layer in report.layers.items():
        if layer.n:
            at = layer.at_abstention
            rows.append(
                [
                    book.layer_label(name),
                    words.percent(at.coverage),
                    words.percent(at.accuracy),
                    words.number(at.macro_f1),
                    words.whole(layer.n),
                ]
            )
    head = (
        words.pick("Ebene", "Layer"), words.pick("antwortet in", "answers in"),
        words.pick("davon richtig", "of these right"), words.pick("Makro-F1", "macro-F1"),
        words.pick("Urteile", "judgements"),
    )  # fmt: skip
    caption = words.pick("Wenn es sich enthalten darf", "Where it may abstain")
    yield Table(head, rows, caption, "abstention", frozenset({1, 2, 3, 4}))


def _codes(name: str, layer: LayerFigures, book: Codebook, words: Words) -> Table:
    rows = [
        [
            words.code(name, code, book),
            words.whole(f.support),
            words.number(f.precision),
            words.number(f.recall),
            words.with_bounds(f.f1, f.interval),
            words.number(f.average_precision),
        ]
        for code, f in layer.codes.items()
    ]
    head = (
        "Code", words.pick("Sätze", "sentences"), words.pick("Präzision", "precision"),
        words.pick("Ausbeute", "recall"), "F1", words.pick("mittlere Präzision", "average precision"),
    )  # fmt: skip
    shown = book.layer_label(name)
    caption = words.pick(f"{shown}: das Modell je Code", f"{shown}: the model by code")
    return Table(head, rows, caption, f"model-{name}", frozenset(range(1, 6)))


# ---------------------------------------------------------------------- stances


def _stances(report: EvaluationReport, book: Codebook, words: Words) -> Iterator[Part]:
    for name, layer in report.layers.items():
        label = book.layer_label(name)
        steps = (
            (words.pick("Berührt der Satz das Ziel?", "Does the sentence touch the target?"), layer.touched),
            (words.pick("Wenn ja: in welche Richtung?", "If so: in which direction?"), layer.direction),
        )
        rows = [
            [said, words.number(part.macro_f1), words.percent(part.accuracy), words.whole(part.n)]
            for said, part in steps
            if part
        ]
        if rows:
            head: Sequence[str] = (
                words.pick("Schritt", "Step"), words.pick("Makro-F1", "macro-F1"),
                words.pick("richtig", "right"),
                words.pick("Urteile", "judgements"),
            )  # fmt: skip
            caption = words.pick(f"{label}: in zwei Schritten", f"{label}: in two steps")
            yield Table(head, rows, caption, f"steps-{name}", frozenset({1, 2, 3}))
        if layer.suggested:
            yield Paragraph(_suggested(layer.suggested, words))
        if layer.targets:
            targets = [
                [
                    book.question(target),
                    words.number(found.macro_f1),
                    words.number(found.touched_macro_f1),
                    words.whole(found.n),
                    words.whole(found.touched),
                    _one_way(found.touched, words) if found.reason else "–",
                ]
                for target, found in layer.targets.items()
            ]
            head = (
                words.pick("Ziel", "Target"), words.pick("Makro-F1", "macro-F1"),
                words.pick("berührt", "touched"),
                words.pick("gefragt", "asked"), words.pick("davon berührt", "of these touched"),
                words.pick("warum ein Wert fehlt", "why a figure is missing"),
            )  # fmt: skip
            caption = words.pick(f"{label}: das Modell je Ziel", f"{label}: the model by target")
            yield Table(head, targets, caption, f"targets-{name}", frozenset({1, 2, 3, 4}))


def _one_way(touched: int, words: Words) -> str:
    if touched:
        return words.pick("nur eine Richtung", "one direction only")
    return words.pick("nie berührt", "never touched")


def _suggested(f: StanceFigures, words: Words) -> str:
    """What may be suggested, and what directions rest on."""
    kinds = (
        (words.pick("als berührt markiert", "marked as touched"), f.marks),
        (words.pick("mit Richtung angekreuzt", "ticked with a direction"), f.ticks),
    )
    made = [
        words.pick(
            f"{kind.n} {what}, davon {words.percent(kind.right)} richtig "
            f"({words.percent(kind.found or 0)} der Berührungen)",
            f"{kind.n} {what}, {words.percent(kind.right)} of them right "
            f"({words.percent(kind.found or 0)} of what is touched)",
        )
        if kind.right is not None
        else words.pick(f"nichts {what}", f"nothing {what}")
        for what, kind in kinds
    ]
    whose = (
        (words.pick("wenn andere Texte des Autors zum Ziel codiert sind",
                    "where other texts of the author are coded on the target"), f.known),
        (words.pick("wenn nicht", "where not"), f.unknown),
    )  # fmt: skip
    ways = [
        words.pick(
            f"{words.percent(one.right)} von {one.n}, {what}",
            f"{words.percent(one.right)} of {one.n}, {what}",
        )
        for what, one in whose
        if one.right is not None
    ]
    said = f"{words.pick('Vorschläge wären', 'Suggestions would be')}: {'; '.join(made)}."
    lead = words.pick("Richtung des Berührten richtig", "Direction of what is touched is right")
    return f"{said} {lead}: {'; '.join(ways)}." if ways else said


# ---------------------------------------------------------------------- calibration and learning curve


def _calibration(report: EvaluationReport, book: Codebook, words: Words) -> Iterator[Part]:
    known = {name: layer for name, layer in report.layers.items() if layer.calibration_error is not None}
    if not known:
        return
    yield Paragraph(" ".join(_calibrated(name, layer, book, words) for name, layer in known.items()))
    bins = {
        book.layer_label(name): one.reliability
        for name, one in known.items()
        if len(one.reliability) >= _BINS
    }
    if bins:
        label = words.pick(
            "Wie oft das Modell recht hat, je nachdem, wie sicher es ist; auf der Geraden wären beide "
            "gleich.",
            "How often the model is right, by how sure it is; on the straight line both would be equal.",
        )
        axes = (
            words.pick("Wahrscheinlichkeit", "probability"),
            words.pick("davon richtig", "of these right"),
        )
        said = "; ".join(
            f"{name}: {', '.join(f'{words.number(b.score)} → {words.number(b.right)}' for b in of_layer)}"
            for name, of_layer in bins.items()
        )
        svg = reliability_figure(f"{label} {said}.", bins, axes=axes, language=words.language)
        yield Drawing(svg, f"{label} {said}.")
        yield Paragraph(label, True)
        lows = sorted({b.low for of_layer in bins.values() for b in of_layer})
        found = {(name, b.low): b for name, of_layer in bins.items() for b in of_layer}
        rows = [
            [
                words.bounds((low, low + 0.1), 1),
                *(
                    f"{words.number(b.right)} (n = {words.whole(b.n)})"
                    if (b := found.get((name, low)))
                    else "–"
                    for name in bins
                ),
            ]
            for low in lows
        ]
        caption = words.pick(
            "Anteil richtiger Antworten nach Wahrscheinlichkeit", "Share of right answers by probability"
        )
        yield Table([axes[0], *bins], rows, caption, "reliability", frozenset(range(1, len(bins) + 1)))


def _calibrated(name: str, layer: LayerFigures, book: Codebook, words: Words) -> str:
    error = layer.calibration_error or 0.0
    label = words.quoted(book.layer_label(name))
    how = (
        ("verlässlich", "reliable")
        if error <= _WELL
        else ("brauchbar", "usable")
        if error <= _FAIRLY
        else ("nicht verlässlich", "not reliable")
    )
    number = words.number(error)
    return words.pick(
        f"In {label} sind die Wahrscheinlichkeiten des Modells {how[0]}: Sie liegen im Mittel um {number} "
        f"daneben.",
        f"In {label} the model's probabilities are {how[1]}: they are off by {number} in the mean.",
    )


def _curve(report: EvaluationReport, book: Codebook, words: Words) -> Iterator[Part]:
    points = report.learning_curve
    if not points:
        if report.held_out is not None:
            yield Paragraph(
                words.pick(
                    "Die Lernkurve ist nicht berechnet: Über 3000 Sätzen dauert sie zu lange "
                    "(standpunkt evaluate --curve).",
                    "The learning curve is not computed: it takes too long from 3,000 sentences on "
                    "(standpunkt evaluate --curve).",
                ),
                True,
            )
        return
    for name, layer in report.layers.items():
        if layer.n:
            yield Paragraph(f"{words.quoted(book.layer_label(name))}: {more_words(report, name, words)}")
    label = words.pick(
        "Lernkurve: Makro-F1 nach der Zahl gelernter Sätze.",
        "Learning curve: macro-F1 by the number of sentences learned from.",
    )
    curves = {
        book.layer_label(name): [
            (p.sentences, f1) for p in points if (f1 := p.macro_f1.get(name)) is not None
        ]
        for name in report.layers
    }
    axes = (words.pick("gelernte Sätze", "sentences learned from"), words.pick("Makro-F1", "macro-F1"))
    said = "; ".join(
        f"{name}: {', '.join(f'{n} → {words.number(f1)}' for n, f1 in curve)}"
        for name, curve in curves.items()
    )
    svg = curves_figure(f"{label} {said}.", curves, axes=axes, language=words.language)
    yield Drawing(svg, f"{label} {said}.")
    yield Paragraph(label, True)
    rows = [
        [
            words.whole(point.commentaries),
            words.whole(point.sentences),
            *(words.number(point.macro_f1.get(name)) for name in report.layers),
        ]
        for point in points
    ]
    head = [
        words.pick("Kommentare", "commentaries"), words.pick("Sätze", "sentences"),
        *(book.layer_label(name) for name in report.layers),
    ]  # fmt: skip
    caption = words.pick("Lernkurve (Makro-F1)", "Learning curve (macro-F1)")
    yield Table(head, rows, caption, "curve", frozenset(range(len(head))))


def more_words(report: EvaluationReport, name: str, words: Words) -> str:
    """What more coding would bring a layer, with the interval of what the last doublings brought."""
    found = next_doubling(report.learning_curve, name)
    gain = report.gains.get(name)
    if found is None or gain is None:
        return words.pick(
            "Was mehr codierte Sätze brächten, lässt sich aus so wenigen Sätzen nicht sagen.",
            "What more coded sentences would bring cannot be said from so few.",
        )
    per = _gained(gain, words)
    if gain.interval[1] < FLAT:
        return words.pick(
            f"Doppelt so viele codierte Sätze würden wahrscheinlich wenig ändern (die letzten Verdopplungen "
            f"brachten {per}).",
            f"Twice as many coded sentences would probably change little (the last doublings brought {per}).",
        )
    return words.pick(
        f"Die letzten Verdopplungen brachten je {per} Makro-F1; eine weitere brächte wahrscheinlich "
        "höchstens so viel.",
        f"The last doublings brought {per} macro-F1 each; another one would probably bring no more than "
        f"that.",
    )


def _gained(gain: Gain, words: Words) -> str:
    low, high = (words.number(bound) for bound in gain.interval)
    return f"{words.number(gain.gain)} ({low} {words.pick('bis', 'to')} {high})"


# ---------------------------------------------------------------------- codings to look at, another model


def _suspects(report: EvaluationReport, book: Codebook, words: Words, most: int) -> Iterator[Part]:
    for name, layer in report.layers.items():
        shown = layer.suspects[:most]
        if shown:
            rows = [Quote(s.text, _suspect(name, s, book, words), _tasks(s, words)) for s in shown]
            label = book.layer_label(name)
            caption = words.pick(
                f"{label}: Codierungen, die einen zweiten Blick lohnen ({len(shown)} von "
                f"{layer.suspects_found})",
                f"{label}: codings worth a second look ({len(shown)} of {layer.suspects_found})",
            )
            yield Quotes(rows, caption)


def _suspect(name: str, error: LabelError, book: Codebook, words: Words) -> str:
    answers = {"yes": words.pick("ja", "yes"), "no": words.pick("nein", "no")} if error.code else {}
    gold, other = (
        answers.get(code) or words.code(name, code, book) for code in (error.gold, error.predicted)
    )
    about = [book.question(error.target)] if error.target else []
    about += [words.quoted(words.code(name, error.code, book))] if error.code else []
    lead = f"{', '.join(about)}: " if about else ""
    score = words.number(error.score)
    return lead + words.pick(
        f"codiert {gold}, eher {other} ({score})", f"coded {gold}, rather {other} ({score})"
    )


def _tasks(error: LabelError, words: Words) -> list[tuple[str, str]]:
    return [(f"{words.pick('Aufgabe', 'task')} {n}", url) for n, url in enumerate(error.links, 1)]


def _against(report: EvaluationReport, book: Codebook, words: Words) -> Iterator[Part]:
    if report.against is None:
        return
    rows = [
        [
            book.layer_label(name),
            words.number(d.macro_f1),
            words.number(d.against_macro_f1),
            words.with_bounds(d.difference, d.interval),
            words.pick("kein Vergleich", "no comparison")
            if d.difference is None
            else words.pick("echt", "real")
            if d.real
            else words.pick("nicht belegt", "not shown"),
        ]
        for name, d in report.against.layers.items()
    ]
    head = (
        words.pick("Ebene", "Layer"), words.pick("dieses", "this"), words.pick("das andere", "the other"),
        words.pick("Unterschied", "difference"), words.pick("Der Unterschied ist", "the difference is"),
    )  # fmt: skip
    other = report.against.model_version
    caption = words.pick(f"Im Vergleich mit {other}", f"Compared with {other}")
    yield Table(head, rows, caption, "against", frozenset({1, 2, 3}))
