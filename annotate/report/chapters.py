"""The chapters of a report: what may be said first, then every figure behind it."""

from collections.abc import Mapping

from annotate.report.document import Chapter, Document, Paragraph, Part, Table
from annotate.report.facts import StudyReport
from annotate.report.machine_chapters import help_chapter, prevalence_chapter, suggestions_chapter
from annotate.report.model_chapter import model_chapter
from annotate.report.paper import limits_paragraph, methods_paragraph
from annotate.report.people_chapter import agreement_chapter, machines_chapter
from annotate.report.study_chapters import coding_chapter, corpus_chapter, gold_chapter, leaks_chapter
from annotate.report.words import Words, in_language
from exports.agreement.report_text import Place
from schemas.codebook import Codebook


def to_document(report: StudyReport, codebook: Codebook, places: Mapping[str, Place]) -> Document:
    """The report in its language; ``places`` has the texts and tasks of sentences that are named."""
    words, book = Words(report.language), in_language(codebook, report.language)
    agreement, evaluation = report.agreement, report.evaluation
    chapters = [
        _claims(report, words),
        corpus_chapter(report, words),
        coding_chapter(report, words),
        agreement_chapter(agreement, book, words, places)
        if agreement is not None and agreement.shared
        else _without("agreement", words.pick("Übereinstimmung der Menschen", "Agreement between people"),
                      _no_agreement(report, words)),
        *([machines_chapter(agreement, book, words)] if agreement is not None and agreement.machines else []),
        gold_chapter(report, book, words),
        model_chapter(evaluation, book, words)
        if evaluation is not None
        else _without("model", words.pick("Das Modell", "The model"), _no_evaluation(report, words)),
        leaks_chapter(report, words),
        suggestions_chapter(report, book, words),
        prevalence_chapter(report, book, words),
        help_chapter(report, words),
        _paper(report, book, words),
        terms_chapter(words),
    ]  # fmt: skip
    size = f"{words.sentences(report.corpus.sentences)} {words.pick('aus', 'of')} "
    size += words.commentaries(report.corpus.commentaries)
    people = len(report.people)
    who = words.pick(
        f"{people} Codierende" if people != 1 else "eine Codierende oder ein Codierender",
        f"{people} annotators" if people != 1 else "one annotator",
    )
    return Document(
        title=words.pick(f"Bericht über die Studie {report.study}", f"Report on the study {report.study}"),
        subtitle=f"{size}, {who}, {words.pick('Codebuch', 'codebook')} {report.codebook} "
        f"{report.codebook_version}",
        chapters=chapters,
        language=report.language,
    )


def _claims(report: StudyReport, words: Words) -> Chapter:
    said = [claim for claim in report.claims if claim.may]
    parts: list[Part] = [
        Paragraph(
            words.pick(
                f"Von {len(report.claims)} Aussagen, die man mit einer solchen Studie gern machen würde, "
                f"trägt diese {len(said) or 'keine'}.",
                f"Of {len(report.claims)} claims one would like to make with such a study, this one supports "
                f"{len(said) or 'none'}.",
            )
        )
    ]
    head = [words.pick("Aussage", "Claim"), words.pick("Beleg", "Figure")]
    change = words.pick("Was es ändern würde", "What would change it")
    if said:
        caption = words.pick("Das lässt sich sagen", "This may be said")
        parts.append(Table(head, [[c.words, c.figure] for c in said], caption, "claims"))
    if refused := [[c.words, c.figure, c.change or "–"] for c in report.claims if not c.may]:
        caption = words.pick("Das lässt sich nicht sagen", "This may not be said")
        parts.append(Table([*head, change], refused, caption, "not-claims"))
    title = words.pick("Was sich mit dieser Studie sagen lässt", "What may be said with this study")
    return Chapter("claims", title, parts)


def _without(name: str, title: str, why: str) -> Chapter:
    return Chapter(name, title, [Paragraph(why)])


def _no_agreement(report: StudyReport, words: Words) -> str:
    if len(report.people) == 1:
        return words.pick(
            "Es hat nur eine Person codiert: Wie verlässlich die Codierungen sind, lässt sich so nicht "
            "sagen. Möglich bleibt der Vergleich mit einem Modell (report --machine DATEI); belastbar wird "
            "die Studie, wenn eine zweite Person einen Teil der Kommentare unabhängig codiert.",
            "Only one person coded: how reliable the codings are cannot be said. What remains is to compare "
            "them with a model (report --machine FILE); the study becomes sound when a second person codes "
            "some of the commentaries independently.",
        )
    return words.pick(
        "Kein Satz wurde von zwei Personen codiert: Wie verlässlich die Codierungen sind, lässt sich so "
        "nicht sagen. overlap in study.yaml bestimmt, wie viele Kommentare alle codieren.",
        "No sentence was coded by two people: how reliable the codings are cannot be said. overlap in "
        "study.yaml is the share of commentaries that all code.",
    )


def _no_evaluation(report: StudyReport, words: Words) -> str:
    if report.gold is None:
        return words.pick(
            "Noch ist nichts entschieden, woran ein Modell zu messen wäre: standpunkt adjudicate "
            "entscheidet.",
            "Nothing is decided yet by which a model could be judged: standpunkt adjudicate decides.",
        )
    if report.reasons.get("evaluation", "").startswith("left out"):
        return words.pick(
            "Die Prüfung des Modells wurde auf Wunsch weggelassen.",
            "The model was not evaluated, as was asked.",
        )
    return words.pick(
        "Die entschiedenen Sätze reichen nicht, um ein Modell zu prüfen.",
        "The decided sentences are too few to evaluate a model.",
    )


def _paper(report: StudyReport, book: Codebook, words: Words) -> Chapter:
    hint = words.pick(
        "Zum Überarbeiten; report --for-paper ORDNER schreibt diese Absätze, die Tabellen in LaTeX und die "
        "Literaturangaben als Dateien.",
        "To be edited; report --for-paper DIR writes these paragraphs, the tables in LaTeX and the "
        "references as files.",
    )
    paragraphs = [methods_paragraph(report, book), limits_paragraph(report, book)]
    title = words.pick("Für den Aufsatz", "For the paper")
    return Chapter("paper", title, [Paragraph(hint, True), *map(Paragraph, paragraphs)])


def terms_chapter(words: Words) -> Chapter:
    """Each term of the report in one line."""
    german = (
        ("α", "Krippendorffs Alpha: 1 heißt volle Übereinstimmung, 0 so viel wie beim Raten. Ab 0,8 gilt sie "
         "als verlässlich, ab 0,667 für vorläufige Schlüsse."),
        ("κ, AC1", "Andere Maße der Übereinstimmung; AC1 wird von seltenen Codes weniger gedrückt."),
        ("95 %", "Ein Intervall, das den wahren Wert in 95 von 100 solchen Studien enthält. Gezogen werden "
         "ganze Kommentare, denn Sätze eines Textes ähneln einander."),
        ("gleich", "Anteil gleicher Codierungen; hoch, wo ein Code häufig ist, und nie allein zu berichten."),
        ("positive Übereinstimmung", "Wie oft eine zweite Person den Code auch vergibt, wenn ihn eine "
         "vergibt."),
        ("berührt, Richtung", "Ob ein Satz etwas zu einem Ziel sagt; und wohin, wenn alle das meinen."),
        ("Makro-F1", "Mittel über die Codes aus Präzision und Ausbeute; seltene Codes zählen so viel wie "
         "häufige."),
        ("Präzision, Ausbeute", "Wie viele der vergebenen Codes richtig sind; wie viele der richtigen "
         "vergeben werden."),
        ("mittlere Präzision", "Wie gut das Modell Sätze mit dem Code vor solche ohne ihn reiht; 1 ist "
         "fehlerlos."),
        ("Vergleichsmodell", "TF-IDF von Wörtern und Wortteilen mit einem linearen Modell, auf denselben "
         "Texten trainiert."),
        ("Kalibrierung", "Um wie viel die Wahrscheinlichkeiten des Modells im Mittel danebenliegen."),
        ("q", "p-Wert, für die Zahl der geprüften Codes korrigiert (Benjamini und Hochberg)."),
        ("bereinigt", "Von der Häufigkeit ist abgezogen, was das Modell erfindet, und ergänzt, was es "
         "übersieht (Rogan und Gladen)."),
    )  # fmt: skip
    english = (
        ("α", "Krippendorff's alpha: 1 is full agreement, 0 what guessing gives. From 0.8 on it counts as "
         "reliable, from 0.667 on for tentative conclusions."),
        ("κ, AC1", "Other measures of agreement; AC1 suffers less from rare codes."),
        ("95%", "An interval that holds the true value in 95 of 100 such studies. Whole commentaries are "
         "drawn, for sentences of one text are alike."),
        ("equal", "The share of equal codings; high where one code is common, and never to be reported "
         "alone."),
        ("positive agreement", "How often a second person gives the code where one does."),
        ("touched, direction", "Whether a sentence says anything about a target; and which way, where all "
         "think so."),
        ("macro-F1", "Mean over codes of precision and recall together; rare codes count as much as common "
         "ones."),
        ("precision, recall", "How many codes that are given are right; how many right ones are given."),
        ("average precision", "How well the model ranks sentences with the code before those without; 1 is "
         "perfect."),
        ("plain model", "TF-IDF of words and pieces of words with a linear model, trained on the same "
         "texts."),
        ("calibration", "How far the model's probabilities are off in the mean."),
        ("q", "A p-value corrected for the number of codes that were tested (Benjamini and Hochberg)."),
        ("corrected", "What the model invents is taken from the frequency, what it misses is added (Rogan "
         "and Gladen)."),
    )  # fmt: skip
    rows = [list(row) for row in (german if words.language == "de" else english)]
    head = (words.pick("Begriff", "Term"), words.pick("heißt", "means"))
    caption = words.pick("Was die Zahlen heißen", "What the figures mean")
    return Chapter("terms", words.pick("Begriffe", "Terms"), [Table(head, rows, caption, "terms")])
