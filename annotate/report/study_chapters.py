"""What the study consists of: texts, codings, decided sentences, and what could be known beforehand."""

from annotate.report.document import Chapter, Paragraph, Part, Table
from annotate.report.facts import Corpus, StudyReport
from annotate.report.words import Words
from schemas.codebook import Codebook

_MOST = 10  # authors and outlets that are named

#: A flag of commentaries → what is odd about them.
_FLAGS = {
    "no_title_line": ("ohne Titelzeile", "without a title line"),
    "no_title": ("ohne Titel", "without a title"),
    "no_text": ("ohne Text", "without text"),
    "no_date": ("ohne Datum", "without a date"),
    "date_unreadable": ("mit unlesbarem Datum", "with a date that cannot be read"),
    "date_out_of_line": (
        "mit einem Datum, das aus der Reihe fällt", "with a date out of line with its neighbours"),
    "same_author_and_date": ("vom selben Verfasser am selben Tag", "by the same author on the same day"),
    "looks_like_title_line": (
        "mit einer Zeile, die ein Titel sein könnte", "with a line that may be a title"),
    "blocks_read_again": ("mit neu gelesenen Absätzen", "whose paragraphs were read again"),
    "wrongly_decoded": ("mit falsch gelesenen Umlauten", "with wrongly decoded letters"),
    "markup": ("mit Resten von Auszeichnung", "with remains of mark-up"),
}  # fmt: skip
_FIELDS = {
    "title": ("Titel", "title"),
    "author": ("Verfasser", "author"),
    "date": ("Datum", "date"),
    "text": ("Text", "text"),
}
_PHASES = {"pilot": ("Probe", "pilot"), "main": ("Hauptteil", "main"), "test": ("Prüfung", "test")}
_LANGUAGES = {
    "de": ("Deutsch", "German"), "en": ("Englisch", "English"), "fr": ("Französisch", "French"),
    "ru": ("Russisch", "Russian"), "uk": ("Ukrainisch", "Ukrainian"), "es": ("Spanisch", "Spanish"),
    "it": ("Italienisch", "Italian"), "pl": ("Polnisch", "Polish"), "tr": ("Türkisch", "Turkish"),
}  # fmt: skip


def corpus_chapter(report: StudyReport, words: Words) -> Chapter:
    """The texts: how many, whose, of when, and what is odd about them."""
    corpus = report.corpus
    span = words.pick("ohne Datum", "without a date")
    if corpus.first_date:
        span = f"{words.day(corpus.first_date)} {words.pick('bis', 'to')} {words.day(corpus.last_date)}"
    rows = [
        [words.pick("Kommentare", "Commentaries"), words.whole(corpus.commentaries)],
        [words.pick("Sätze", "Sentences"), words.whole(corpus.sentences)],
        [words.pick("Wörter", "Words"), words.whole(corpus.words)],
        [words.pick("Zeitraum", "Period"), span],
        [words.pick("Kommentare ohne Datum", "Commentaries without a date"),
         words.whole(corpus.without_date)],
        [words.pick("Übersetzte Kommentare", "Translated commentaries"), words.whole(corpus.translated)],
        [words.pick("Nicht codierte Kommentare", "Commentaries nobody coded"),
         words.whole(max(0, corpus.commentaries - corpus.commentaries_coded))],
        [words.pick("Nicht codierte Sätze", "Sentences nobody coded"),
         words.whole(max(0, corpus.sentences - corpus.coded))],
    ]  # fmt: skip
    head = (words.pick("Was", "What"), words.pick("Zahl", "Number"))
    caption = words.pick("Die Texte", "The texts")
    parts: list[Part] = [Table(head, rows, caption, "corpus", frozenset({1}))]
    parts += _most_of(corpus, words)
    if corpus.languages:
        named = [
            f"{words.pick(*_LANGUAGES.get(name, (name, name)))} ({n})" for name, n in corpus.languages.items()
        ]
        said = words.pick(
            "Sprache der Vorlagen, wo sie bekannt ist", "Language of the originals, where known"
        )
        parts.append(Paragraph(f"{said}: {words.listed(named)}."))
    if corpus.flags:
        named = [f"{_flag(flag, words)} ({n})" for flag, n in corpus.flags.items()]
        said = words.pick("Auffällige Kommentare", "Odd commentaries")
        parts.append(Paragraph(f"{said}: {words.listed(named)}."))
    return Chapter("corpus", words.pick("Texte", "Texts"), parts)


def _most_of(corpus: Corpus, words: Words) -> list[Part]:
    """Who writes most, and what appeared where."""
    kinds = (
        ("authors", words.pick("Verfasser", "Author"), words.pick("Wer schreibt", "Who writes"),
         corpus.authors),
        ("outlets", words.pick("Medium", "Outlet"), words.pick("Wo sie erschienen", "Where they appeared"),
         corpus.outlets),
    )  # fmt: skip
    parts: list[Part] = []
    for name, head, caption, counts in kinds:
        if counts:
            rows = [[who, words.whole(n)] for who, n in [*counts.items()][:_MOST]]
            if rest := len(counts) - len(rows):
                more = sum(counts.values()) - sum([*counts.values()][:_MOST])
                rows.append([words.pick(f"{rest} weitere", f"{rest} others"), words.whole(more)])
            heads = (head, words.pick("Kommentare", "Commentaries"))
            parts.append(Table(heads, rows, caption, name, frozenset({1}), True))
    return parts


def _flag(flag: str, words: Words) -> str:
    if flag.startswith("corrected:"):
        field = flag.removeprefix("corrected:")
        what = words.pick(*_FIELDS.get(field, (field, field)))
        return words.pick(f"berichtigt: {what}", f"corrected: {what}")
    return words.pick(*_FLAGS.get(flag, (flag, flag)))


def coding_chapter(report: StudyReport, words: Words) -> Chapter:
    """How the work was given out, and who did how much of it."""
    rows = [
        [
            p.annotator,
            words.whole(p.sentences),
            words.whole(p.skipped),
            words.whole(p.incomplete),
            ", ".join(
                f"{words.pick(*_PHASES.get(phase, (phase, phase)))} {n}" for phase, n in p.phases.items()
            )
            or "–",
            words.day(p.first) if p.first == p.last else f"{words.day(p.first)} – {words.day(p.last)}",
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
        words.pick("Teil", "phase"),
        words.pick("wann", "when"),
        words.pick("Sekunden je Satz", "seconds a sentence"),
        words.pick("Stunden", "hours"),
    )
    caption = words.pick("Wer wie viel codiert hat", "Who coded how much")
    parts: list[Part] = [
        Paragraph(_design(report, words)),
        Table(head, rows, caption, "annotators", frozenset({1, 2, 3, 6, 7})),
    ]
    versions = report.codebook_versions
    if len(versions) > 1:
        shown = words.listed([f"{name} ({words.whole(n)})" for name, n in versions.items()])
        parts.append(
            Paragraph(
                words.pick(
                    f"Codiert wurde unter mehreren Fassungen des Codebuchs: {shown}. Die Zahlen dieses "
                    "Berichts nehmen sie zusammen; je Fassung stehen sie bei der Übereinstimmung.",
                    f"Coded under several versions of the codebook: {shown}. The figures of this report take "
                    "them together; those of each version stand with the agreement.",
                )
            )
        )
    return Chapter("coding", words.pick("Codierung", "Coding"), parts)


def _design(report: StudyReport, words: Words) -> str:
    design = report.design
    units = {"sentence": ("einzelne Sätze", "single sentences")}
    orders = {"shuffled": ("in zufälliger Folge", "in random order")}
    unit = words.pick(*units.get(design.unit, ("ganze Kommentare", "whole commentaries")))
    order = words.pick(*orders.get(design.order, ("in der Folge des Textes", "in the order of the text")))
    shares = (design.overlap, design.no_suggestion_share, design.test_share)
    all_, control, test = (words.percent(share) for share in shares)
    return words.pick(
        f"Die Sätze standen {order}. Verteilt wurden {unit}, {all_} davon an alle. Von den Kommentaren "
        f"sollten {control} ohne Vorschläge codiert und {test} zur Prüfung zurückgelegt werden.",
        f"Sentences stood {order}. Given out were {unit}, {all_} of them to everybody. Of the commentaries "
        f"{control} were to be coded without suggestions, {test} to be kept for the test.",
    )


def gold_chapter(report: StudyReport, book: Codebook, words: Words) -> Chapter:
    """The decided sentences: how many, what is open, how often each code."""
    title = words.pick("Entschiedene Sätze", "Decided sentences")
    gold = report.gold
    if gold is None:
        none = words.pick("Noch ist kein Satz entschieden.", "No sentence is decided yet.")
        return Chapter("gold", title, [Paragraph(none)])
    open_ = words.listed([f"{book.layer_label(name)} ({n})" for name, n in gold.undecided.items()])
    said = words.pick(
        f"Entschieden: {words.sentences(gold.sentences)}, davon {gold.test} zur Prüfung zurückgelegt; "
        f"{gold.decided_by_hand} von einer dritten Person. Werte, die noch offen sind: {open_ or 'keine'}.",
        f"Decided: {words.sentences(gold.sentences)}, {gold.test} of them kept for the test; "
        f"{gold.decided_by_hand} by a third person. Values that are still open: {open_ or 'none'}.",
    )
    parts: list[Part] = [Paragraph(said)]
    head = ("Code", words.pick("Sätze", "sentences"), words.pick("Anteil", "share"))
    for name, codes in gold.codes.items():
        total = sum(codes.values())
        rows = [
            [words.code(name, code, book), words.whole(n), words.percent(n / total)]
            for code, n in codes.items()
            if n
        ]
        if rows:
            parts.append(Table(head, rows, book.layer_label(name), f"gold-{name}", frozenset({1, 2}), True))
    return Chapter("gold", title, parts)


def leaks_chapter(report: StudyReport, words: Words) -> Chapter:
    """Whether a model could know what it is judged by."""
    title = words.pick("Konnte etwas vorher bekannt sein?", "Could anything be known beforehand?")
    leaks = report.leaks
    if leaks is None:
        none = words.pick(
            "Ohne entschiedene Sätze ist nichts zu prüfen.",
            "Without decided sentences there is nothing to check.",
        )
        return Chapter("leaks", title, [Paragraph(none)])
    rows = [
        [words.pick("Kommentare, die mit einem anderen Sätze teilen",
                    "Commentaries that share sentences with another"),
         words.whole(leaks.alike)],
        [words.pick("davon beim Prüfen auf beiden Seiten", "of these on both sides of a split"),
         words.whole(leaks.across or 0)],
        [words.pick("Zur Prüfung zurückgelegte Sätze", "Sentences kept for the test"),
         words.whole(leaks.test)],
        [words.pick("davon mit Vorschlag codiert", "of these coded with a suggestion"),
         words.whole(leaks.test_suggested)],
        [words.pick("Zurückgelegte Kommentare, die Sätze mit anderen teilen",
                    "Commentaries kept for the test that share sentences with others"),
         words.whole(leaks.test_alike)],
        [words.pick("Zurückgelegte Kommentare, aus denen ein Modell gelernt hat",
                    "Commentaries kept for the test that a model learned from"),
         words.whole(leaks.test_learned)],
    ]  # fmt: skip
    if leaks.across is None:
        del rows[1]
    found = (leaks.across or 0) + leaks.test_suggested + leaks.test_alike + leaks.test_learned
    said = (
        words.pick("Gefunden wurde etwas: Die Werte des Modells sind mit Vorsicht zu lesen.",
                   "Something was found: read the figures of the model with care.")
        if found
        else words.pick("Gefunden wurde nichts, was ein Modell vor der Prüfung gekannt haben könnte.",
                        "Nothing was found that a model could have known before it was judged.")
    )  # fmt: skip
    if not leaks.test:
        said += " " + words.pick(
            "Zur Prüfung ist nichts zurückgelegt (test_share): Alle Werte stammen aus Kreuzvalidierung.",
            "Nothing is kept for a test (test_share): all figures are of cross-validation.",
        )
    head = (words.pick("Was", "What"), words.pick("Zahl", "Number"))
    caption = words.pick("Was geprüft wurde", "What was checked")
    return Chapter("leaks", title, [Paragraph(said), Table(head, rows, caption, "leaks", frozenset({1}))])
