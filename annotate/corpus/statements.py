"""What an index says in sentences: its finding, what a correction rests on, what is in no figure."""

from collections.abc import Iterator

from annotate.corpus.figures import CorpusIndex, Figure, TargetFigures
from annotate.pages.periods import days_between
from annotate.report.words import Words
from schemas.codebook import Codebook

_NAMED = 20  # missing shares that are named


def finding(index: CorpusIndex, book: Codebook, words: Words) -> str:
    """What is touched most, how often, and which way."""
    first = index.targets[0] if index.targets else None
    touched = first.whole.touched if first else None
    if first is None or touched is None or not touched.hits:
        return words.pick(
            "Kein Satz berührt sicher eine der Fragen.", "No sentence surely touches any of the questions."
        )
    question, share = words.quoted(book.question(first.target)), share_words(touched, words)
    said = words.pick(
        f"Am häufigsten geht es um {question}: in {share} der Sätze.",
        f"Most often it is about {question}: in {share} of the sentences.",
    )
    most = most_given(first)
    if most is None:
        return said
    code, figure = most
    label, share = words.quoted(words.code(first.layer, code, book)), share_words(figure, words)
    if index.basis.how is not None and not figure.estimate.corrected:
        label += words.pick(" (nicht bereinigt)", " (not corrected)")
    return said + words.pick(
        f" Wo eine Richtung feststeht, ist sie in {share} {label}.",
        f" Where there is a direction, it is {label} in {share}.",
    )


def basis_words(index: CorpusIndex, words: Words) -> str:
    """What the correction of the shares rests on, or why they are not corrected."""
    basis = index.basis
    if basis.how is not None:
        number = words.whole(basis.sentences)
        is_unseen = basis.how == "unseen"
        known = words.pick(
            "die es nicht kannte" if is_unseen else "die es je beim Lernen ausließ",
            "that it did not know" if is_unseen else "each left out when it learned",
        )
        return words.pick(
            "Die Anteile sind bereinigt: um die Fehler, die das Modell bei "
            f"{number} von Hand codierten Sätzen machte, {known} (Rogan und Gladen). Dass es hier "
            "ebenso oft irrt, ist angenommen. Codes sind einzeln bereinigt und ergeben zusammen "
            "nicht immer 100\u00a0%. Ein Stern heißt: nicht bereinigt; warum, sagt die Tabelle der Frage.",
            "The shares are corrected for the errors the model made on "
            f"{number} hand-coded sentences {known} (Rogan and Gladen). That it errs as often here is "
            "assumed. Codes are corrected one by one and need not add up to 100%. A star means not "
            "corrected; the table of the question says why.",
        )
    why = {
        "no-gold": words.pick(
            "Es lagen keine von Hand codierten Sätze vor, an denen sie zu messen wären (--gold)",
            "there were no hand-coded sentences to measure them by (--gold)",
        ),
        "no-model": words.pick(
            "Das Modell, von dem die Antworten sind, lag nicht vor (--model)",
            "the model that gave the answers was not at hand (--model)",
        ),
        "beside": words.pick(
            "Das Modell antwortete neben einer Datei von Vorhersagen",
            "the model answered beside a file of predictions",
        ),
        "learned": words.pick(
            "Aus Texten hier hat das Modell gelernt, und in ihnen irrt es seltener als dort, wo seine Fehler "
            "zu messen sind",
            "the model has learned from texts here, and errs less in them than where its errors can be "
            "measured",
        ),
        "failed": words.pick(
            f"Sie ließen sich nicht messen ({basis.words})", f"they could not be measured ({basis.words})"
        ),
    }[basis.why or "no-gold"]
    return words.pick(
        f"Die Anteile sind nicht um die Fehler des Modells bereinigt: {why}.",
        f"The shares are not corrected for the model's errors: {why}.",
    )


def cautions(index: CorpusIndex, words: Words) -> Iterator[str]:
    """What is not in the figures, and what they are not good for."""
    if index.parts_missing:
        names, rest = words.listed(index.parts_missing[:_NAMED]), len(index.parts_missing) - _NAMED
        names += words.pick(f" und {rest} weitere", f" and {rest} more") if rest > 0 else ""
        yield words.pick(
            f"Es fehlen Teile des Laufs: {names}. Was sie enthalten, ist in keiner Zahl.",
            f"Parts of the run are missing: {names}. What they hold is in no figure.",
        )
    if index.unlisted:
        count, names = len(index.unlisted), words.listed(index.unlisted[:5])
        names += " …" if count > 5 else ""
        german, english = many(count, "Datei", "Dateien", words), many(count, "file", "files", words)
        yield words.pick(
            f"In keinem Manifest, also aus einem Lauf, der nicht zu Ende ist: {german} ({names}). Was sie "
            "enthalten, ist in keiner Zahl.",
            f"In no manifest, so of a run that is not finished: {english} ({names}). What they hold is in no "
            "figure.",
        )
    if not index.has_trend:
        dated = words.whole(index.commentaries - index.undated_commentaries)
        span = ""
        if index.first and index.last:
            days = max(1, days_between(index.first, index.last))
            german, english = many(days, "Tag", "Tagen", words), many(days, "day", "days", words)
            span = words.pick(f", aus {german}", f", within {english}")
        yield words.pick(
            "Kein Verlauf: Dafür braucht es zehn datierte Kommentare aus mindestens zwei Wochen; "
            f"datiert sind hier {dated}{span}.",
            "Nothing over time: that takes ten dated commentaries from at least two weeks; "
            f"{dated} are dated here{span}.",
        )
    if index.undated_commentaries:
        count, size = index.undated_commentaries, words.sentences(index.undated_sentences)
        yield words.pick(
            f"Ohne gesichertes Datum: {many(count, 'Kommentar', 'Kommentare', words)} ({size}), im "
            "Ganzen mitgezählt und in keinem Zeitraum.",
            f"Without a sure date: {many(count, 'commentary', 'commentaries', words)} ({size}), counted in "
            "the whole and in no period.",
        )
    if index.learned:
        some, of = words.whole(index.learned), words.commentaries(index.commentaries)
        yield words.pick(
            f"Aus {some} von {of} hat das Modell gelernt. Bei ihnen irrt es seltener als sonst: "
            "Ihre Zahlen schmeicheln ihm.",
            f"The model has learned from {some} of {of}. It errs less in them than elsewhere: their figures "
            "flatter it.",
        )


def method(words: Words) -> Iterator[str]:
    """How the figures are counted."""
    yield words.pick(
        "Berührt ist eine Frage, wo die eigene Stimme des Autors sie sicher berührt. Antworten sind "
        "Anteile der Sätze, deren Richtung feststeht. Worin das Modell unter seiner Schwelle bleibt, "
        "zählt nicht.",
        "A question is touched where the author's own voice surely touches it. Answers are shares of the "
        "sentences whose direction is sure. What stays below the model's threshold does not count.",
    )
    yield words.pick(
        "Spannen gelten zu 95\u00a0%. Sätze eines Kommentars ähneln einander; die Spannen rechnen darum "
        "mit weniger Sätzen, als es sind (Kish 1965).",
        "Intervals are of 95%. Sentences of one commentary are alike; so the intervals count fewer "
        "sentences than there are (Kish 1965).",
    )
    yield words.pick(
        "Ob Kommentare dem Modell fremd sind, steht nicht in den Dateien, aus denen dies gezählt ist.",
        "Whether commentaries are unlike what the model learned from does not stand in the files that "
        "this was counted from.",
    )


def most_given(target: TargetFigures) -> tuple[str, Figure] | None:
    """The code of a target that is given most often."""
    given = [(code, figure) for code, figure in target.whole.codes.items() if figure and figure.hits]
    return max(given, key=lambda one: one[1].hits, default=None)


def percent_words(value: float, words: Words) -> str:
    """A share in whole percent, with a decimal below ten and one more below a tenth; without its sign."""
    return words.number(100 * value, 0 if value >= 0.0995 or not value else 1 if value >= 0.00095 else 2)


def share_words(figure: Figure | None, words: Words) -> str:
    """A share with its interval, within a sentence."""
    if figure is None:
        return "–"
    low, high = (percent_words(bound, words) for bound in figure.estimate.interval)
    sign, to = words.pick("\u00a0%", "%"), words.pick("bis", "to")
    return f"{percent_words(figure.estimate.share, words)}{sign} ({low} {to} {high}{sign})"


def many(count: int, one: str, more: str, words: Words) -> str:
    return f"{words.whole(count)} {one if count == 1 else more}"
