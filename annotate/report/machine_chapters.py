"""What suggestions changed, what a model says of texts nobody coded, and what to disclose of models."""

from collections.abc import Iterator, Sequence

import msgspec

from annotate.analysis.prevalence import NOT_CODED, TOO_FEW, TOO_UNSURE
from annotate.report.document import Chapter, Paragraph, Part, Table
from annotate.report.facts import Frequency, StudyReport, Suggester
from annotate.report.words import Words
from annotate.study.disclosure import PROMPT_FILE, Disclosure
from exports.audit.comparison import Share, Shift
from exports.audit.report import AuditReport
from exports.audit.words import audit_sentences
from schemas.codebook import Codebook


def suggestions_chapter(report: StudyReport, book: Codebook, words: Words) -> Chapter:
    """The audit: in words, then by code, layer, person, score, time."""
    title = words.pick("Was Vorschläge verändert haben", "What suggestions changed")
    if not report.help.models:
        none = words.pick("Es wurde ohne Vorschläge codiert.", "Coding was done without suggestions.")
        return Chapter("suggestions", title, [Paragraph(none)])
    audit = report.audit
    if audit is None:
        none = words.pick(
            "Der Einfluss der Vorschläge ließ sich nicht berechnen.",
            "The influence of suggestions could not be computed.",
        )
        return Chapter("suggestions", title, [Paragraph(none)])
    parts: list[Part] = [Paragraph(line) for line in audit_sentences(audit, book, words.language)]
    parts.append(Paragraph(_arms(audit, words), True))
    parts += _tables(audit, book, words)
    compared = words.pick(
        "Zum Vergleich: Beck et al. (2021) fanden beim Codieren deutscher Meinungen mit Vorschlägen ein um "
        "0,14 höheres Fleiss-κ als ohne.",
        "To compare: coding German opinions, Beck et al. (2021) found a Fleiss' κ higher by 0.14 with "
        "suggestions than without.",
    )
    return Chapter("suggestions", title, [*parts, Paragraph(compared)])


def _arms(audit: AuditReport, words: Words) -> str:
    said = words.pick(
        f"Verglichen sind {words.whole(audit.with_suggestions)} Codierungen mit Vorschlägen in "
        f"{words.commentaries(audit.commentaries_with)} und {words.whole(audit.without)} ohne in "
        f"{words.commentaries(audit.commentaries_without)}",
        f"Compared are {words.whole(audit.with_suggestions)} codings with suggestions in "
        f"{words.commentaries(audit.commentaries_with)} and {words.whole(audit.without)} without in "
        f"{words.commentaries(audit.commentaries_without)}",
    )
    before = words.pick(
        f"; {words.whole(audit.before)} aus der Zeit vor dem ersten Vorschlag zählen nicht mit",
        f"; {words.whole(audit.before)} from before the first suggestion do not count",
    )
    return f"{said}{before if audit.before else ''}."


def _tables(audit: AuditReport, book: Codebook, words: Words) -> Iterator[Part]:
    rows = [
        [
            book.question(c.target) if c.target else book.layer_label(c.layer),
            words.code(c.layer, c.code, book),
            words.percent(c.kept.share),
            words.whole(c.dropped),
            words.whole(c.added),
            words.percent(c.shift.with_suggestions),
            words.percent(c.shift.without),
            _points(c.shift, words),
            words.number(c.shift.q),
        ]
        for c in audit.codes
    ]
    head: Sequence[str] = (
        words.pick("Ebene oder Ziel", "Layer or target"), "Code", words.pick("behalten", "kept"),
        words.pick("gestrichen", "dropped"),
        words.pick("ergänzt", "added"), words.pick("mit", "with"), words.pick("ohne", "without"),
        words.pick("Punkte", "points"), "q",
    )  # fmt: skip
    caption = words.pick(
        "Wie oft ein Code vergeben wird, mit und ohne Vorschläge",
        "How often a code is given, with and without suggestions",
    )
    yield Table(head, rows, caption, "suggestions", frozenset(range(2, 9)))
    rows = [
        [
            book.layer_label(name),
            words.share(layer.kept.share, layer.kept.interval),
            words.whole(layer.kept.n),
            _points(layer.between_people, words),
            _points(layer.with_model, words),
        ]
        for name, layer in audit.layers.items()
    ]
    head = (
        words.pick("Ebene", "Layer"), words.pick("behalten", "kept"), words.pick("Vorschläge", "suggestions"),
        words.pick("Menschen einander gleich, Punkte", "people agree, points"),
        words.pick("dem Modell gleich, Punkte", "like the model, points"),
    )  # fmt: skip
    caption = words.pick(
        "Übereinstimmung mit Vorschlägen, verglichen mit ohne",
        "Agreement with suggestions, compared with without",
    )
    yield Table(head, rows, caption, "suggestions-layers", frozenset({1, 2, 3, 4}))
    habits = {
        "accepts": words.pick("übernimmt fast alles", "takes nearly all"),
        "leans": words.pick("folgt ihnen", "follows them"),
        "ignores": words.pick("lässt sich nicht leiten", "is not led"),
        "unclear": words.pick("nicht zu sagen", "cannot be said"),
    }
    rows = [
        [
            name,
            words.share(one.kept.share, one.kept.interval),
            words.whole(one.kept.n),
            _points(one.with_model, words),
            habits[one.habit],
        ]
        for name, one in audit.annotators.items()
    ]
    head = (
        words.pick("Wer", "Who"), words.pick("behalten", "kept"), words.pick("Vorschläge", "suggestions"),
        words.pick("dem Modell gleich, Punkte", "like the model, points"),
        words.pick("Umgang", "habit"),
    )  # fmt: skip
    caption = words.pick("Wer wie mit Vorschlägen umgeht", "Who does what with suggestions")
    yield Table(head, rows, caption, "suggestions-people", frozenset({1, 2, 3}))
    yield from _kept_by(audit, words)
    time = audit.time
    if time.median_with is not None and time.median_without is not None:
        rows = [
            [words.pick("Sekunden mit Vorschlägen (Median)", "seconds with suggestions (median)"),
             words.number(time.median_with, 1)],
            [words.pick("Sekunden ohne (Median)", "seconds without (median)"),
             words.number(time.median_without, 1)],
            [words.pick("so viel mal so lange", "times as long"),
             words.with_bounds(time.ratio, time.interval)],
            [words.pick("ausgelassen, weil zu lange", "left out, took too long"),
             words.whole(len(time.outliers))],
        ]  # fmt: skip
        head = (words.pick("Was", "What"), words.pick("Zahl", "Number"))
        yield Table(
            head,
            rows,
            words.pick("Zeit je Satz", "Time a sentence"),
            "suggestions-time",
            frozenset({1}),
            True,
        )


def _kept_by(audit: AuditReport, words: Words) -> Iterator[Part]:
    """What was kept by the model's score, and in which third of the work."""
    head = (words.pick("Wahrscheinlichkeit", "score"), words.pick("behalten", "kept"), "n")
    rows = [
        [
            words.bounds((one.low, one.high), 1),
            words.share(one.kept.share, one.kept.interval),
            words.whole(one.kept.n),
        ]
        for one in audit.scores
    ]
    if rows:
        caption = words.pick("Behalten nach Sicherheit des Modells", "Kept by how sure the model was")
        yield Table(head, rows, caption, "suggestions-scores", frozenset({0, 1, 2}), True)
    names = words.pick("erstes,zweites,letztes", "first,second,last").split(",")
    rows = [
        [name, words.share(one.share, one.interval), words.whole(one.n)]
        for name, one in zip(names, audit.thirds, strict=True)
    ]
    head = (words.pick("Drittel", "third"), words.pick("behalten", "kept"), "n")
    caption = words.pick("Behalten im Lauf der Arbeit", "Kept in the course of the work")
    yield Table(head, rows, caption, "suggestions-thirds", frozenset({1, 2}), True)


def _points(shift: Shift, words: Words) -> str:
    if shift.shift is None:
        return "–"
    interval = shift.interval and (100 * shift.interval[0], 100 * shift.interval[1])
    return words.with_bounds(100 * shift.shift, interval, 0)


# ---------------------------------------------------------------------- further texts


def prevalence_chapter(report: StudyReport, book: Codebook, words: Words) -> Chapter:
    """How often things occur where only the model looked, counted and corrected."""
    title = words.pick("Häufigkeiten in nicht codierten Texten", "Frequencies in texts nobody coded")
    found = report.prevalence
    if (why := report.reasons.get("prevalence")) is not None:
        none = words.pick(
            "Zu nicht codierten Texten gibt es Vorhersagen, aber wie oft sie irren, ist nicht zu messen: "
            "Dazu braucht es entschiedene Sätze und genau ein Modell, das in dieser Studie liegt und lesbar "
            "ist.",
            "There are predictions for texts nobody coded, but how often they err cannot be measured: that "
            "takes decided sentences and one model that the study has and can read.",
        )
        if why.startswith("left out"):
            none = words.pick("Auf Wunsch weggelassen.", "Left out, as was asked.")
        return Chapter("prevalence", title, [Paragraph(none)])
    if found is None:
        none = words.pick(
            "Zu Texten, die niemand codiert hat, gibt es hier keine Vorhersagen; Häufigkeiten sind nur die "
            "der entschiedenen Sätze.",
            "There are no predictions here for texts nobody coded; frequencies are those of the decided "
            "sentences alone.",
        )
        return Chapter("prevalence", title, [Paragraph(none)])
    how = (
        words.pick("an Sätzen, die das Modell nicht kannte", "on sentences that the model did not know")
        if found.how == "unseen"
        else words.pick("durch Kreuzvalidierung", "by cross-validation")
    )
    said = words.pick(
        f"{found.model} über {words.sentences(found.sentences)} in {words.commentaries(found.commentaries)}. "
        "Ein Modell übersieht und erfindet: Die rechte Spalte bereinigt das mit den Fehlern, die es an "
        f"{words.whole(found.measured)} codierten Sätzen macht ({how}).",
        f"{found.model} on {words.sentences(found.sentences)} in {words.commentaries(found.commentaries)}. A "
        "model misses and invents: the right column corrects for that by the errors it makes on "
        f"{words.whole(found.measured)} coded sentences ({how}).",
    )
    rows = [
        [
            _what(one, book, words),
            f"{words.whole(one.hits)} / {words.whole(one.of)}",
            words.share(one.counted.share, one.counted.interval),
            words.share(one.corrected.share, one.corrected.interval)
            if one.corrected.corrected
            else reason_words(one.corrected.reason or "", words),
        ]
        for one in found.found
    ]
    head = (
        words.pick("Was", "What"), words.pick("gefunden", "found"), words.pick("gezählt", "counted"),
        words.pick("bereinigt", "corrected"),
    )  # fmt: skip
    caption = words.pick("Wie oft etwas vorkommt", "How often things occur")
    return Chapter(
        "prevalence", title, [Paragraph(said), Table(head, rows, caption, "prevalence", frozenset({1, 2, 3}))]
    )


def _what(one: Frequency, book: Codebook, words: Words) -> str:
    if one.target is None:
        return f"{book.layer_label(one.layer)}: {words.code(one.layer, one.code or '', book)}"
    asked = book.question(one.target)
    if one.way is None:
        return f"{asked} – {words.pick('berührt', 'touched')}"
    way = words.quoted(words.code(one.layer, one.way, book))
    return f"{asked} – {words.pick(f'{way}, wenn berührt', f'{way} where touched')}"


def reason_words(reason: str, words: Words) -> str:
    """Why a share is not corrected, in the report's language."""
    english = {
        NOT_CODED: "no sentences coded by hand",
        TOO_FEW: "too few sentences coded by hand",
        TOO_UNSURE: "the model tells this apart too badly",
    }
    said = next((value for key, value in english.items() if reason.startswith(key)), reason)
    german = TOO_FEW if reason.startswith(TOO_FEW) else reason
    return words.pick(german, said)


# ---------------------------------------------------------------------- what to disclose


def help_chapter(report: StudyReport, words: Words) -> Chapter:
    """What a journal asks about help by machines."""
    title = words.pick("Hilfe von Maschinen", "Help by machines")
    coders = list(_coders(report, words))
    if not report.help.models:
        none = words.pick(
            "Kein Modell hat beim Codieren Vorschläge gemacht.", "No model made suggestions while coding."
        )
        return Chapter("help", title, [Paragraph(none), *coders])
    share = words.percent(report.help.sentences / report.help.coded) if report.help.coded else "–"
    said = words.pick(
        f"{words.whole(report.help.sentences)} von {words.whole(report.help.coded)} codierten Sätzen "
        f"({share}) hat mindestens eine Person mit einem Vorschlag auf dem Schirm codiert. Jeden Vorschlag "
        "hat ein Mensch bestätigt oder geändert.",
        f"{words.whole(report.help.sentences)} of {words.whole(report.help.coded)} coded sentences ({share}) "
        "were coded by somebody with a suggestion on the screen. A person confirmed or changed each "
        "suggestion.",
    )
    kept = report.audit.models if report.audit else {}
    parts: list[Part] = [Paragraph(said)]
    for number, (name, model) in enumerate(report.help.models.items(), 1):
        rows = [[what, value] for what, value in _model_rows(model, kept.get(name), words)]
        head = (words.pick("Angabe", "Item"), words.pick("Wert", "Value"))
        caption = words.pick(f"Das Modell {name}", f"The model {name}")
        parts.append(Table(head, rows, caption, f"help-{number}"))
    return Chapter("help", title, [*parts, *coders])


def _coders(report: StudyReport, words: Words) -> Iterator[Part]:
    """Language models that coded beside people, and suggested nothing."""
    head = (words.pick("Angabe", "Item"), words.pick("Wert", "Value"))
    for number, (name, asked) in enumerate(report.help.coders.items(), 1):
        if name not in report.help.models:
            caption = words.pick(f"Das Sprachmodell {name}", f"The language model {name}")
            yield Table(head, [[*row] for row in _asked_rows(asked, words)], caption, f"coder-{number}")


def _asked_rows(asked: Disclosure, words: Words) -> Iterator[tuple[str, str]]:
    """What journals ask of a language model: name, version, place, days, prompt, settings, calibration."""
    yield (
        words.pick("Art", "Kind"),
        words.pick(
            f"Sprachmodell „{asked.model}“, mit dem Codebuch {asked.codebook_version} gefragt; nicht aus "
            "Codierungen dieser Studie gelernt",
            f"language model “{asked.model}”, asked with the codebook {asked.codebook_version}; not trained "
            "on codings of this study",
        ),
    )
    unknown = words.pick("nicht festgehalten", "not recorded")
    yield words.pick("Wohin die Texte gingen", "Where the texts went"), ", ".join(asked.hosts) or unknown
    days = [words.day(day) for day in dict.fromkeys((asked.first_asked, asked.last_asked)) if day]
    when = words.pick(" bis ", " to ").join(days)
    yield words.pick("Wann gefragt", "When asked"), when or unknown
    file = f"models/{asked.model_version}/{PROMPT_FILE}"
    yield words.pick("Anweisung (Prompt)", "Prompt"), f"SHA-256 {asked.prompt_sha256}; {file}"
    yield (
        words.pick("Einstellungen", "Settings"),
        ", ".join(f"{name}={msgspec.json.encode(value).decode()}" for name, value in asked.settings.items()),
    )
    if asked.left_out:
        yield words.pick("Vom Server nicht angenommen", "Not taken by the server"), ", ".join(asked.left_out)
    unsure = [name for name in asked.layers if name not in asked.calibrated]
    fitted = ", ".join(f"{name} ({words.whole(n)})" for name, n in asked.calibrated.items())
    none = words.pick("keine", "none")
    yield (
        words.pick("Kalibriert an codierten Sätzen", "Calibrated on coded sentences"),
        words.pick(
            f"{fitted or none}; nicht kalibriert: {', '.join(unsure) or none}",
            f"{fitted or none}; not calibrated: {', '.join(unsure) or none}",
        ),
    )
    yield (
        words.pick("Ohne vollständige Antwort", "Without a complete answer"),
        words.pick(
            f"{words.whole(asked.unanswered)} (gefragt: {words.sentences(asked.sentences)})",
            f"{words.whole(asked.unanswered)} (asked: {words.sentences(asked.sentences)})",
        ),
    )


def _model_rows(model: Suggester, kept: Share | None, words: Words) -> Iterator[tuple[str, str]]:
    yield (
        words.pick("Sätze mit seinen Vorschlägen", "Sentences with its suggestions"),
        words.whole(model.sentences),
    )
    if kept is not None and kept.share is not None:
        changed = words.pick(
            f"{words.share(kept.share, kept.interval)} von {words.whole(kept.n)} Vorschlägen blieben stehen, "
            "die übrigen wurden geändert oder gestrichen",
            f"{words.share(kept.share, kept.interval)} of {words.whole(kept.n)} suggestions were kept, the "
            f"others changed or dropped",
        )
        yield words.pick("Was Menschen daran änderten", "What people changed"), changed
    if not model.known:
        where = words.pick(
            "Der Ordner des Modells liegt nicht in der Studie: Ergänzen Sie Name, Fassung, Anweisung "
            "(Prompt) und Datum.",
            "The folder of the model is not in the study: add its name, version, prompt and date.",
        )
        yield words.pick("Herkunft", "Origin"), where
        return
    if model.asked is not None:
        yield from _asked_rows(model.asked, words)
        return
    kind = words.pick(
        "Klassifikator (scikit-learn), gelernt aus den Codierungen dieser Studie; kein Sprachmodell, keine "
        "Anweisung (Prompt)",
        "classifier (scikit-learn) trained on the codings of this study; no language model, no prompt",
    )
    encoder = model.encoder or words.pick("keiner", "none")
    yield words.pick("Art", "Kind"), kind
    yield words.pick("Encoder", "Encoder"), encoder
    yield (
        words.pick("Gelernt aus", "Trained on"),
        words.pick(
            f"{words.sentences(model.trained_on or 0)} in {words.commentaries(model.trained_in or 0)}, "
            f"Codebuch {model.codebook_version}",
            f"{words.sentences(model.trained_on or 0)} in {words.commentaries(model.trained_in or 0)}, "
            f"codebook {model.codebook_version}",
        ),
    )
    when = words.day(model.created) if model.created else words.pick("nicht festgehalten", "not recorded")
    yield words.pick("Wann", "When"), when
    yield (
        words.pick("Programme", "Programs"),
        ", ".join(f"{name} {version}" for name, version in model.versions.items()) or "–",
    )
