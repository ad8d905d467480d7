"""The chapters of a report: what may be said first, then every figure behind it."""

from collections.abc import Iterator, Mapping

from annotate.report.charts import Dot, dots_figure
from annotate.report.document import Chapter, Document, Drawing, Paragraph, Part, Quotes, Table
from annotate.report.facts import StudyReport
from annotate.report.paper import limits_paragraph, methods_paragraph
from annotate.report.words import Words
from exports.agreement.report import Coefficients
from exports.agreement.report_text import FIRM, TENTATIVE, Place
from exports.audit.words import audit_sentences
from schemas.codebook import Codebook

#: Agreement others report on tasks of this kind: what, who, figure. Read in the papers themselves.
_PUBLISHED = (
    (
        "Webis-Editorials-16: Satztypen",
        "Webis-Editorials-16: unit types",
        "Al-Khatib et al. 2016",
        "κ = 0.56",
    ),
    (
        "Behauptung und Begründung, deutsch",
        "claims and premises, German",
        "Wambsganss et al. 2020",
        "α = 0.57",
    ),
    ("Haltung von Nutzern, fünf Stufen", "users' stance, five steps", "USDC", "0.49"),
    ("Tweets, argumentativ oder nicht, spanisch", "tweets, argument or not, Spanish", "Fleiss", "κ = 0.63"),
)


def to_document(report: StudyReport, book: Codebook, places: Mapping[str, Place]) -> Document:
    """The report in its language; ``places`` has the texts and tasks of sentences that are named."""
    words = Words(report.language)
    chapters = [
        _claims(report, words),
        _corpus(report, words),
        _coding(report, words),
        _agreement(report, book, words, places),
        _gold(report, book, words),
        _model(report, book, words),
        _suggestions(report, book, words),
        _help(report, words),
        _paper(report, book, words),
        _terms(words),
    ]
    return Document(
        title=words.pick(f"Bericht über die Studie {report.study}", f"Report on the study {report.study}"),
        subtitle=words.pick(
            f"{words.whole(report.corpus.sentences)} Sätze aus {report.corpus.commentaries} Kommentaren, "
            f"{len(report.people)} Codierende, Codebuch {report.codebook} {report.codebook_version}",
            f"{words.whole(report.corpus.sentences)} sentences of {report.corpus.commentaries} "
            f"commentaries, "
            f"{len(report.people)} annotators, codebook {report.codebook} {report.codebook_version}",
        ),
        chapters=chapters,
        language=report.language,
    )


def _claims(report: StudyReport, words: Words) -> Chapter:
    def rows(may: bool) -> list[list[str]]:
        return [[c.words, c.figure, c.change] for c in report.claims if c.may is may]

    head = (
        words.pick("Aussage", "Claim"),
        words.pick("Beleg", "Figure"),
        words.pick("Was es ändern würde", "What would change it"),
    )
    parts: list[Part] = []
    for may, german, english in (
        (True, "Das lässt sich sagen", "This may be said"),
        (False, "Das nicht", "This not"),
    ):
        if found := rows(may):
            parts.append(Table(head, found, words.pick(german, english), "claims" if may else "not-claims"))
    title = words.pick("Was sich mit dieser Studie sagen lässt", "What may be said with this study")
    return Chapter("claims", title, parts)


def _corpus(report: StudyReport, words: Words) -> Chapter:
    corpus = report.corpus
    span = words.pick("ohne Datum", "without a date")
    if corpus.first_date:
        span = f"{words.day(corpus.first_date)} {words.pick('bis', 'to')} {words.day(corpus.last_date)}"
    rows = [
        [words.pick("Kommentare", "Commentaries"), words.whole(corpus.commentaries)],
        [words.pick("Sätze", "Sentences"), words.whole(corpus.sentences)],
        [words.pick("Wörter", "Words"), words.whole(corpus.words)],
        [words.pick("Verfasser", "Authors"), words.whole(len(corpus.authors))],
        [words.pick("Zeitraum", "Period"), span],
        [words.pick("davon ohne Datum", "of these without a date"), words.whole(corpus.without_date)],
        [words.pick("Übersetzungen", "Translations"), words.whole(corpus.translated)],
    ]
    rows += [
        [f"{words.pick('Auffällig', 'Flagged')}: {flag}", words.whole(n)] for flag, n in corpus.flags.items()
    ]
    head = (words.pick("Was", "What"), words.pick("Zahl", "Number"))
    parts: list[Part] = [Table(head, rows, words.pick("Die Texte", "The texts"), "corpus", frozenset({1}))]
    if len(corpus.authors) > 1:
        most = [[name, words.whole(n)] for name, n in list(corpus.authors.items())[:10]]
        head = (words.pick("Verfasser", "Author"), words.pick("Kommentare", "Commentaries"))
        caption = words.pick("Wer am meisten schreibt", "Who writes most")
        parts.append(Table(head, most, caption, "authors", frozenset({1})))
    return Chapter("corpus", words.pick("Texte", "Texts"), parts)


def _coding(report: StudyReport, words: Words) -> Chapter:
    rows = [
        [
            p.annotator,
            words.whole(p.sentences),
            words.whole(p.skipped),
            words.whole(p.incomplete),
            ", ".join(f"{phase} {n}" for phase, n in p.phases.items()),
            f"{words.day(p.first)} – {words.day(p.last)}",
            words.number(p.seconds, 0),
            words.number(p.hours, 1),
        ]
        for p in report.people
    ]
    head = (
        words.pick("Wer", "Who"),
        words.pick("Sätze", "sentences"),
        words.pick("übersprungen", "skipped"),
        words.pick("unvollständig", "incomplete"),
        "Phase",
        words.pick("von – bis", "from – to"),
        words.pick("Sekunden je Satz", "seconds a sentence"),
        words.pick("Stunden", "hours"),
    )
    caption = words.pick("Wer wie viel codiert hat", "Who coded how much")
    parts: list[Part] = [Table(head, rows, caption, "annotators", frozenset({1, 2, 3, 6, 7}))]
    versions = report.codebook_versions
    if len(versions) > 1:
        shown = ", ".join(f"{name}: {n}" for name, n in versions.items())
        parts.append(
            Paragraph(
                words.pick(
                    f"Codiert wurde unter mehreren Fassungen des Codebuchs ({shown}).",
                    f"Coded under several versions of the codebook ({shown}).",
                )
            )
        )
    return Chapter("coding", words.pick("Codierung", "Coding"), parts)


# ---------------------------------------------------------------------- agreement


def _agreement(report: StudyReport, book: Codebook, words: Words, places: Mapping[str, Place]) -> Chapter:
    title = words.pick("Übereinstimmung der Menschen", "Agreement between people")
    if report.agreement is None:
        return Chapter("agreement", title, [Paragraph(report.reasons.get("agreement", ""))])
    rows = [[*cells] for cells in _agreement_rows(report, book, words)]
    head = (
        words.pick("Ebene", "Layer"), "α", "95 %" if words.language == "de" else "95%",
        words.pick("gleich", "equal"), "κ", "AC1", words.pick("Sätze", "sentences"),
    )  # fmt: skip
    caption = words.pick("Übereinstimmung je Ebene", "Agreement by layer")
    dots = [
        Dot(words.layer(name, book), layer.alpha, layer.interval, "people")
        for name, layer in report.agreement.layers.items()
        if layer.alpha is not None
    ]
    parts: list[Part] = []
    if dots:
        label = words.pick(
            "Alpha je Ebene mit seinem Intervall; Striche bei 0,667 und 0,8.",
            "Alpha by layer with its interval; lines at 0.667 and 0.8.",
        )
        axis = words.pick("Krippendorffs Alpha", "Krippendorff's alpha")
        svg = dots_figure(
            "agreement",
            label,
            dots,
            axis=axis,
            lines=(TENTATIVE, FIRM),
            legend={},
            comma=words.language == "de",
        )
        parts += [Drawing(svg, label), Paragraph(label, is_note=True)]
    parts.append(Table(head, rows, caption, "agreement", frozenset({1, 2, 3, 4, 5, 6})))
    for name, layer in report.agreement.layers.items():
        used = [
            [
                words.code(name, code, book),
                words.whole(figure.n),
                words.with_bounds(figure.alpha, figure.interval),
                words.with_bounds(figure.positive_agreement, figure.interval_positive_agreement),
            ]
            for code, figure in layer.codes.items()
            if figure.n
        ]
        heads = (
            "Code", words.pick("vergeben", "given"), "α",
            words.pick("positive Übereinstimmung", "positive agreement"),
        )  # fmt: skip
        shown = words.layer(name, book)
        caption = words.pick(f"{shown}: Übereinstimmung je Code", f"{shown}: agreement by code")
        parts.append(Table(heads, used, caption, f"agreement-{name}", frozenset({1, 2, 3})))
    parts += _confusions(report, book, words, places)
    parts += _published(words)
    return Chapter("agreement", title, parts)


def _agreement_rows(report: StudyReport, book: Codebook, words: Words) -> Iterator[list[str]]:
    def cells(shown: str, figure: Coefficients) -> list[str]:
        return [
            shown,
            words.number(figure.alpha),
            words.bounds(figure.interval),
            words.percent(figure.observed),
            words.number(figure.kappa),
            words.number(figure.ac1),
            words.whole(figure.shared),
        ]

    for name, layer in report.agreement.layers.items() if report.agreement else ():
        label = words.layer(name, book)
        yield cells(label, layer)
        if layer.touched and layer.direction:
            yield cells(f"{label}: {words.pick('berührt', 'touched')}", layer.touched)
            yield cells(f"{label}: {words.pick('Richtung', 'direction')}", layer.direction)
        for target, figure in (layer.targets or {}).items():
            yield cells(f"– {words.target(target, book)}", figure)


def _confusions(
    report: StudyReport, book: Codebook, words: Words, places: Mapping[str, Place]
) -> Iterator[Part]:
    rows = []
    for name, layer in report.agreement.layers.items() if report.agreement else ():
        for found in layer.confusions[:1]:
            codes = words.listed([words.quoted(words.code(name, code, book)) for code in found.codes])
            about = f"{words.layer(name, book)}: {codes}"
            for sentence_id in found.sentences[:2]:
                place = places.get(sentence_id, Place())
                rows.append((place.text or sentence_id, about, [link for _, link in place.links]))
    if rows:
        yield Quotes(rows, words.pick("Worüber Codierende uneins sind", "What annotators differ about"))


def _published(words: Words) -> Iterator[Part]:
    rows = [
        [words.pick(german, english), who, figure.replace(".", ",") if words.language == "de" else figure]
        for german, english, who, figure in _PUBLISHED
    ]
    head = (words.pick("Aufgabe", "Task"), words.pick("Quelle", "Source"), words.pick("Wert", "Figure"))
    caption = words.pick("Zum Vergleich: veröffentlichte Werte", "To compare: published figures")
    yield Table(head, rows, caption, "published", frozenset({2}))


# ---------------------------------------------------------------------- gold and model


def _gold(report: StudyReport, book: Codebook, words: Words) -> Chapter:
    title = words.pick("Entschiedene Sätze", "Decided sentences")
    gold = report.gold
    if gold is None:
        return Chapter("gold", title, [Paragraph(report.reasons.get("evaluation", ""))])
    open_ = words.listed([f"{words.layer(name, book)} {n}" for name, n in gold.undecided.items()])
    said = words.pick(
        f"{gold.sentences} Sätze sind entschieden, davon {gold.test} zur Prüfung zurückgelegt. Offen sind "
        f"Werte in: "
        f"{open_ or 'keiner Ebene'}.",
        f"{gold.sentences} sentences are decided, {gold.test} of them kept for the test. Values are open "
        f"in: "
        f"{open_ or 'no layer'}.",
    )
    parts: list[Part] = [Paragraph(said)]
    for name, codes in gold.codes.items():
        total = sum(codes.values())
        rows = [
            [words.code(name, code, book), words.whole(n), words.percent(n / total)]
            for code, n in codes.items()
            if n
        ]
        head = ("Code", words.pick("Sätze", "sentences"), words.pick("Anteil", "share"))
        parts.append(Table(head, rows, words.layer(name, book), f"gold-{name}", frozenset({1, 2})))
    return Chapter("gold", title, parts)


def _model(report: StudyReport, book: Codebook, words: Words) -> Chapter:
    title = words.pick("Das Modell", "The model")
    found = report.evaluation
    if found is None:
        return Chapter("model", title, [Paragraph(report.reasons.get("evaluation", ""))])
    parts: list[Part] = []
    if found.held_out:
        parts.append(
            Paragraph(
                words.pick(
                    f"{found.held_out.splits} Modelle, jedes beurteilt an Kommentaren, die es nicht "
                    f"kannte; Texte "
                    "mit fast gleichen Sätzen bleiben beisammen.",
                    f"{found.held_out.splits} models, each judged on commentaries it did not know; texts "
                    f"with nearly "
                    "the same sentences stay together.",
                )
            )
        )
    dots = []
    rows = []
    for name, layer in found.layers.items():
        label = words.layer(name, book)
        base, ceiling = layer.baselines, layer.ceiling
        if layer.macro_f1 is not None:
            dots.append(Dot(label, layer.macro_f1, layer.interval, "model"))
        if base and base.twin is not None:
            dots.append(Dot(label, base.twin, None, "plain"))
        if ceiling and ceiling.macro_f1 is not None:
            dots.append(Dot(label, ceiling.macro_f1, ceiling.interval, "people"))
        at = layer.at_abstention
        rows.append(
            [
                label,
                words.with_bounds(layer.macro_f1, layer.interval),
                words.percent(layer.accuracy),
                words.number(base.majority if base else layer.baseline_macro_f1),
                words.number(base.twin if base else None),
                words.number(ceiling.macro_f1 if ceiling else None),
                f"{words.percent(at.coverage)} / {words.percent(at.accuracy)}",
                words.number(layer.calibration_error),
            ]
        )
    if dots:
        label = words.pick(
            "Makro-F1 des Modells (Punkt), der Menschen (Raute) und eines schlichten Vergleichsmodells "
            "(Strich).",
            "Macro-F1 of the model (dot), of people (diamond) and of a plain linear model (stroke).",
        )
        legend = {
            "model": words.pick("Modell", "model"),
            "people": words.pick("Menschen", "people"),
            "plain": words.pick("Vergleichsmodell", "plain model"),
        }
        axis = words.pick("Makro-F1", "macro-F1")
        parts += [
            Drawing(
                dots_figure("model", label, dots, axis=axis, legend=legend, comma=words.language == "de"),
                label,
            ),
            Paragraph(label, True),
        ]
    head = (
        words.pick("Ebene", "Layer"),
        words.pick("Makro-F1", "macro-F1"),
        words.pick("richtig", "right"),
        words.pick("häufigster Code", "commonest code"),
        words.pick("Vergleichsmodell", "plain model"),
        words.pick("Menschen", "people"),
        words.pick("antwortet / richtig", "answers / right"),
        words.pick("Kalibrierung", "calibration"),
    )
    caption = words.pick("Das Modell je Ebene", "The model by layer")
    parts.append(Table(head, rows, caption, "model", frozenset(range(1, 8))))
    for name, layer in found.layers.items():
        codes = [
            [
                words.code(name, code, book),
                words.whole(f.support),
                words.number(f.precision),
                words.number(f.recall),
                words.with_bounds(f.f1, f.interval),
            ]
            for code, f in layer.codes.items()
            if f.support
        ]
        heads = (
            "Code", words.pick("Sätze", "sentences"), words.pick("Präzision", "precision"),
            words.pick("Ausbeute", "recall"), "F1",
        )  # fmt: skip
        shown = words.layer(name, book)
        caption = words.pick(f"{shown}: je Code", f"{shown}: by code")
        parts.append(Table(heads, codes, caption, f"model-{name}", frozenset({1, 2, 3, 4})))
    return Chapter("model", title, parts)


# ---------------------------------------------------------------------- suggestions, help


def _suggestions(report: StudyReport, book: Codebook, words: Words) -> Chapter:
    title = words.pick("Was Vorschläge verändert haben", "What suggestions changed")
    if report.audit is None:
        reason = (
            words.pick("Es wurde ohne Vorschläge codiert.", "Coding was done without suggestions.")
            if not report.help.models
            else report.reasons.get("audit", "")
        )
        return Chapter("suggestions", title, [Paragraph(reason)])
    parts: list[Part] = [Paragraph(line) for line in audit_sentences(report.audit, book, words.language)]
    rows = [
        [
            words.layer(c.layer, book) + (f": {words.target(c.target, book)}" if c.target else ""),
            words.code(c.layer, c.code, book),
            words.percent(c.kept.share),
            words.percent(c.shift.with_suggestions),
            words.percent(c.shift.without),
            words.with_bounds(
                None if c.shift.shift is None else 100 * c.shift.shift,
                c.shift.interval and (100 * c.shift.interval[0], 100 * c.shift.interval[1]),
                0,
            ),
            words.number(c.shift.q),
        ]
        for c in report.audit.codes
    ]
    head = (
        words.pick("Ebene", "Layer"), "Code", words.pick("behalten", "kept"), words.pick("mit", "with"),
        words.pick("ohne", "without"), words.pick("Punkte", "points"), "q",
    )  # fmt: skip
    caption = words.pick("Wie oft ein Code vergeben wird, mit und ohne Vorschläge", "How often a code is "
    "given, with and without suggestions")  # fmt: skip
    parts.append(Table(head, rows, caption, "suggestions", frozenset({2, 3, 4, 5, 6})))
    return Chapter("suggestions", title, parts)


def _help(report: StudyReport, words: Words) -> Chapter:
    title = words.pick("Hilfe von Maschinen", "Help by machines")
    if not report.help.models:
        said = words.pick(
            "Kein Modell hat beim Codieren Vorschläge gemacht.", "No model made suggestions while coding."
        )
        return Chapter("help", title, [Paragraph(said)])
    rows = [[name, words.whole(n)] for name, n in report.help.models.items()]
    head = (words.pick("Modell", "Model"), words.pick("Sätze", "sentences"))
    caption = words.pick(
        "Sätze, die jemand mit einem Vorschlag auf dem Schirm codiert hat",
        "Sentences that somebody coded with a suggestion on the screen",
    )
    share = words.percent(report.help.sentences / report.help.coded) if report.help.coded else "–"
    said = words.pick(
        f"{report.help.sentences} von {report.help.coded} Sätzen ({share}) hat mindestens eine Person mit "
        f"Vorschlag "
        "codiert. Die Vorschläge stammen von einem Klassifikator, der aus den Codierungen dieser Studie "
        "gelernt hat.",
        f"{report.help.sentences} of {report.help.coded} sentences ({share}) were coded by somebody with "
        f"a suggestion. "
        "The suggestions are a classifier's, which learned from the codings of this study.",
    )
    return Chapter("help", title, [Paragraph(said), Table(head, rows, caption, "help", frozenset({1}))])


def _paper(report: StudyReport, book: Codebook, words: Words) -> Chapter:
    return Chapter(
        "paper",
        words.pick("Für den Aufsatz", "For the paper"),
        [Paragraph(methods_paragraph(report, book)), Paragraph(limits_paragraph(report, book))],
    )


def _terms(words: Words) -> Chapter:
    german = (
        ("α", "Krippendorffs Alpha: 1 heißt volle Übereinstimmung, 0 so viel wie beim Raten. Ab 0,8 gilt "
        "sie als "
         "verlässlich, ab 0,667 für vorläufige Schlüsse."),
        ("κ, AC1", "Andere Maße der Übereinstimmung; AC1 wird von seltenen Codes weniger gedrückt."),
        ("95 %", "Ein Intervall, das den wahren Wert in 95 von 100 solchen Studien enthält."),
        ("positive Übereinstimmung", "Wie oft eine zweite Person den Code auch vergibt, wenn ihn eine "
        "vergibt."),
        ("Makro-F1", "Mittel über die Codes aus Präzision und Ausbeute; seltene Codes zählen so viel wie "
        "häufige."),
        ("Präzision, Ausbeute", "Wie viele der vergebenen Codes richtig sind; wie viele der richtigen "
        "vergeben werden."),
        ("Kalibrierung", "Um wie viel die Wahrscheinlichkeiten des Modells im Mittel daneben liegen."),
        ("q", "p-Wert, für die Zahl der geprüften Codes korrigiert (Benjamini und Hochberg)."),
    )  # fmt: skip
    english = (
        ("α", "Krippendorff's alpha: 1 is full agreement, 0 what guessing gives. From 0.8 on it counts as "
        "reliable, from "
         "0.667 on for tentative conclusions."),
        ("κ, AC1", "Other measures of agreement; AC1 suffers less from rare codes."),
        ("95%", "An interval that holds the true value in 95 of 100 such studies."),
        ("positive agreement", "How often a second person gives the code where one does."),
        ("macro-F1", "Mean over codes of precision and recall together; rare codes count as much as "
        "common ones."),
        ("precision, recall", "How many codes that are given are right; how many right ones are given."),
        ("calibration", "How far the model's probabilities are off in the mean."),
        ("q", "A p-value corrected for the number of codes that were tested (Benjamini and Hochberg)."),
    )  # fmt: skip
    rows = [list(row) for row in (german if words.language == "de" else english)]
    head = (words.pick("Begriff", "Term"), words.pick("heißt", "means"))
    title = words.pick("Begriffe", "Terms")
    return Chapter(
        "terms",
        title,
        [Table(head, rows, words.pick("Was die Zahlen heißen", "What the figures mean"), "terms")],
    )
