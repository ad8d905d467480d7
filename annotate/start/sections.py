"""The sections of the start page: texts, coding, agreement, model, pages."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from msgspec import UNSET

from annotate.report.model_chapter import more_words
from annotate.report.people_chapter import step_words, steps_of
from annotate.report.words import Words
from annotate.start.controls import Controls, bar, copied
from annotate.start.facts import (
    Confused,
    Doubt,
    Example,
    LayerOutlook,
    ModelOutlook,
    OpenTie,
    StartReport,
    StudyPage,
    Worker,
)
from annotate.start.words import files
from annotate.study.typed import ENOUGH, command
from exports.agreement.confusion import Confusion
from exports.agreement.report import Coefficients
from exports.agreement.report_text import FIRM, TENTATIVE, Step
from schemas.codebook import Codebook
from schemas.kinds import KINDS
from schemas.markup import Child, Markup, link, tag
from schemas.records import UNRELATED
from train.evaluation.report import EvaluationReport

_DOUBTS = 6  # that are shown at a time
_LANGUAGES = {
    "de": ("Deutsch", "German"),
    "en": ("Englisch", "English"),
    "ru": ("Russisch", "Russian"),
    "uk": ("Ukrainisch", "Ukrainian"),
}
_PHASES = {
    "pilot": ("Probe", "Pilot"),
    "main": ("Hauptteil", "Main part"),
    "test": ("Test", "Test"),
    "practice": ("Übung", "Practice"),
}
_KINDS = {
    "guidelines": ("Regeln des Codierens", "Guidelines"),
    "report": ("Bericht der Studie", "Report of the study"),
    "agreement": ("Übereinstimmung", "Agreement"),
    "evaluation": ("Wie gut das Modell ist", "How good the model is"),
    "sheet": ("Blatt für eine Person", "Sheet for one person"),
    "reading": ("Leseseite", "Reading page"),
}


class View(NamedTuple):
    """What a section is made of."""

    report: StartReport
    book: Codebook
    words: Words
    controls: Controls


def sections(view: View) -> list[Markup]:
    """The sections that have something to say, in the order of the loop."""
    made = [_texts(view), _coding(view), _agreement(view), _unclear(view), _model(view), _pages(view)]
    return [section for section in made if section is not None]


def _section(name: str, title: str, *children: Child) -> Markup:
    return tag(
        "section", tag("h2", title, id=f"{name}-title"), children, id=name, aria_labelledby=f"{name}-title"
    )


# ---------------------------------------------------------------------- texts


def _texts(view: View) -> Markup:
    report, words = view.report, view.words
    title = words.pick("Texte", "Texts")
    if report.corpus is None:
        there = files(report.files, words)
        waiting = words.pick(
            f"{there} in commentaries/, noch nicht geteilt.", f"{there} in commentaries/, not split yet."
        )
        nothing = words.pick("Noch keine Texte.", "No texts yet.")
        return _section("texts", title, tag("p", waiting if report.files else nothing), _codebook(view))
    corpus = report.corpus
    span = ""
    if corpus.first_date and corpus.last_date:
        first, last = (
            words.day(date).replace("-", "\u2011") for date in (corpus.first_date, corpus.last_date)
        )
        span = words.pick(f"vom {first} bis {last}", f"from {first} to {last}")
    authors = len(corpus.authors)
    by = words.pick(
        f"von {words.whole(authors)} Autorinnen und Autoren", f"by {words.whole(authors)} authors"
    )
    languages = [
        f"{words.pick(*_LANGUAGES.get(name, (name, name)))} {words.whole(count)}"
        for name, count in report.languages.items()
    ]
    said = ", ".join(part for part in (by if authors else "", span) if part)
    facts = [
        tag(
            "p",
            tag("strong", _commentaries(corpus.commentaries, words)),
            ", ",
            tag("strong", words.sentences(corpus.sentences)),
            f" {said}." if said else ".",
        ),
        tag("p", f"{words.pick('Sprachen', 'Languages')}: {', '.join(languages)}.", class_="quiet"),
    ]
    return _section("texts", title, facts, _codebook(view), _doubts(view))


def _commentaries(count: int, words: Words) -> str:
    one = words.pick("Kommentar", "commentary")
    many = words.pick("Kommentare", "commentaries")
    return f"{words.whole(count)} {one if count == 1 else many}"


def _codebook(view: View) -> Markup:
    report, book = view.report, view.book
    title = book.say(book.title) or report.codebook
    lead = view.words.pick("Codebuch", "Codebook")
    return tag("p", f"{lead}: {title} ({report.codebook} {report.codebook_version}).", class_="quiet")


def _doubts(view: View) -> Markup | None:
    doubts, words = view.report.doubts, view.words
    if not doubts:
        return None
    count = len(doubts)
    head = words.pick(
        "Eine Stelle ist zu entscheiden" if count == 1 else f"{count} Stellen sind zu entscheiden",
        "One place to decide" if count == 1 else f"{count} places to decide",
    )
    items = [tag("li", _doubt(doubt, view)) for doubt in doubts[:_DOUBTS]]
    more = (
        words.pick(f"und {count - _DOUBTS} weitere", f"and {count - _DOUBTS} more")
        if count > _DOUBTS
        else None
    )
    way = None
    if view.controls.token is None:
        way = tag(
            "p",
            copied(
                command(["split", "--check", "--html", "check.html", "--study", view.report.folder]), words
            ),
            class_="way",
        )
    return tag(
        "div",
        tag("h3", head),
        tag("ul", items),
        tag("p", more, class_="quiet") if more else None,
        way,
        class_="doubts",
    )


def _doubt(doubt: Doubt, view: View) -> list[Child]:
    words = view.words
    said = tag("p", tag("strong", doubt.title), " – ", _doubt_words(doubt, words))
    if doubt.field == "title_line":
        answers: list[Child] = [
            _answer("title", words.pick("Titelzeile", "Title line")),
            _answer("text", words.pick("Teil des Textes", "Part of the text")),
        ]
    else:
        label = words.pick("Anderes Datum", "Another date")
        answers = [
            _answer("right", words.pick("Stimmt so", "It is right")) if doubt.date else None,
            _answer("none", words.pick("Kein Datum", "No date")),
            tag(
                "label",
                tag("span", f"{label} ({doubt.title})", class_="vh"),
                tag("input", type="date", name="date"),
            ),
            _answer("other", words.pick("Dieses Datum", "This date")),
        ]
    form = view.controls.form("/decide", words, answers, commentary=doubt.commentary, field=doubt.field)
    return [said, form]


def _answer(value: str, label: str) -> Markup:
    return tag("button", label, type="submit", name="answer", value=value)


def _doubt_words(doubt: Doubt, words: Words) -> str:
    found = words.quoted(doubt.found or "")
    around = words.listed([words.day(date) for date in doubt.neighbours if date])
    match doubt.flag:
        case "date_out_of_line":
            return words.pick(
                f"Datum {words.day(doubt.date)}; davor und danach: {around}.",
                f"dated {words.day(doubt.date)}; before and after: {around}.",
            )
        case "date_unreadable":
            return words.pick(f"ein Datum, das es nicht gibt: {found}.", f"a date that is none: {found}.")
        case "same_author_and_date":
            return words.pick(
                f"zweiter Text derselben Person vom {words.day(doubt.date)}.",
                f"second text of the same person of {words.day(doubt.date)}.",
            )
        case "no_date":
            return words.pick("kein Datum.", "no date.")
    return words.pick(f"{found} sieht aus wie eine Titelzeile.", f"{found} looks like a title line.")


# ---------------------------------------------------------------------- coding


def _coding(view: View) -> Markup | None:
    report, words = view.report, view.words
    if report.corpus is None:
        return None
    title = words.pick("Codieren", "Coding")
    if not report.workers:
        line = words.pick(
            "Noch niemand: study.yaml nennt keine Annotierenden.",
            "Nobody yet: study.yaml names no annotators.",
        )
        return _section("coding", title, tag("p", line))
    is_given_out = any(worker.progress.tasks for worker in report.workers)
    people = [_worker(worker, view) for worker in report.workers]
    names = words.listed([worker.progress.annotator for worker in report.workers])
    waiting = words.pick(f"{names}: noch keine Sätze verteilt.", f"{names}: no sentences given out yet.")
    return _section(
        "coding",
        title,
        _server(view),
        tag("ul", people, class_="people") if is_given_out else tag("p", waiting),
        [tag("p", notice, class_="warning", lang="en") for notice in report.notices],
        _total(view) if is_given_out else None,
    )


def _server(view: View) -> Markup:
    server, words = view.report.server, view.words
    if view.controls.asking:
        return tag(
            "p", words.pick("Label Studio wird gefragt …", "Asking Label Studio …"), class_="quiet server"
        )
    if server.answers:
        where = [
            words.pick("Label Studio antwortet: ", "Label Studio answers: "),
            link(server.url or "", server.url or ""),
        ]
        new = words.pick(
            f"; {words.sentences(view.report.unpulled)} noch nicht abgeholt",
            f"; {words.sentences(view.report.unpulled)} not pulled yet",
        )
        other = words.pick(
            " Es hat kein Projekt dieser Studie; die Zahlen sind die vom letzten Abholen.",
            " It has no project of this study; the figures are those of the last pull.",
        )
        is_other = not server.holds and any(worker.progress.tasks for worker in view.report.workers)
        said = [where, new if view.report.unpulled else None, ".", other if is_other else None]
        return tag("p", said, class_="quiet server up")
    words_down = words.pick(
        "Von Label Studio kam keine Auskunft; die Zahlen sind die vom letzten Abholen.",
        "Label Studio gave no figures; the figures are those of the last pull.",
    )
    why = tag(
        "details",
        tag("summary", words.pick("Warum?", "Why?")),
        tag("p", view.report.server.reason, lang="en"),
    )
    return tag("div", tag("p", words_down), why, class_="quiet server down")


def _worker(worker: Worker, view: View) -> Markup:
    words, progress = view.words, worker.progress
    name = progress.annotator
    total = progress.tasks
    counted = words.pick(
        f"{words.whole(progress.done)} von {words.whole(total)}",
        f"{words.whole(progress.done)} of {words.whole(total)}",
    )
    skipped = words.pick(f", {progress.skipped} übersprungen", f", {progress.skipped} skipped")
    incomplete = words.pick(f", {progress.incomplete} unvollständig", f", {progress.incomplete} incomplete")
    shown = counted + (skipped if progress.skipped else "") + (incomplete if progress.incomplete else "")
    parts = [("done", progress.done), ("skipped", progress.skipped)]
    phases = [
        tag(
            "div",
            tag("span", words.pick(*_PHASES.get(p.phase, (p.phase, p.phase))), class_="phase"),
            bar([("done", p.done)], p.tasks, f"{p.done}/{p.tasks}"),
            tag("span", f"{words.whole(p.done)} / {words.whole(p.tasks)}", class_="count"),
        )
        for p in worker.phases
    ]
    return tag(
        "li",
        tag("p", tag("strong", name), tag("span", shown, class_="count"), class_="line"),
        bar(parts, total, f"{name}: {shown}"),
        tag("div", phases, class_="phases") if len(phases) > 1 else None,
        tag("p", " · ".join(_about(worker, words)), class_="quiet"),
        tag("p", link(worker.link, words.pick("Projekt öffnen", "Open the project")), class_="quiet")
        if worker.link and view.report.server.answers
        else None,
    )


def _about(worker: Worker, words: Words) -> Iterator[str]:
    progress = worker.progress
    if progress.open:
        left = words.sentences(progress.open)
        yield words.pick(f"noch {left}", f"{left} left")
        yield time_left(progress.minutes_left, words)
    elif progress.tasks:
        yield words.pick("fertig", "done")
    if worker.seconds:
        yield words.pick(
            f"{words.number(worker.seconds, 0)} s je Satz", f"{words.number(worker.seconds, 0)} s a sentence"
        )
    if worker.seen:
        yield words.pick(
            f"zuletzt am {words.day(worker.seen[:10])}", f"last on {words.day(worker.seen[:10])}"
        )
    elif progress.tasks and not progress.done:
        yield words.pick("noch nichts abgeholt", "nothing pulled yet")
    yield (
        words.pick(f"Einladung: {worker.letter}", f"Invitation: {worker.letter}")
        if worker.letter
        else words.pick("keine Einladung geschrieben", "no invitation written")
    )


def time_left(minutes: float | None, words: Words) -> str:
    """An estimate in minutes or hours, as rough as it is."""
    if minutes is None:
        return words.pick("Dauer noch nicht zu schätzen", "how long cannot be said yet")
    if minutes < 90:
        rough = max(5, 5 * round(minutes / 5))
        return words.pick(f"etwa {rough} Minuten", f"about {rough} minutes")
    hours = minutes / 60
    shown = words.number(hours, 1 if hours < 10 else 0)
    return words.pick(f"etwa {shown} Stunden", f"about {shown} hours")


def _total(view: View) -> Markup | None:
    words, workers = view.words, view.report.workers
    left = [worker.progress for worker in workers if worker.progress.open]
    known = [p.minutes_left for p in left if p.minutes_left is not None]
    if not known:
        return None
    rest = len(left) - len(known)
    unknown = words.pick(
        f", ohne {rest}, von denen keine Zeiten da sind", f", without {rest} who have no times yet"
    )
    return tag(
        "p",
        words.pick("Zusammen ", "Together "),
        time_left(sum(known), words),
        unknown if rest else "",
        ". ",
        words.pick(
            "Geschätzt aus der mittleren Zeit der Codierungen, die abgeholt sind; Pausen kommen dazu.",
            "Estimated from the median time of the codings that were pulled; breaks come on top.",
        ),
        class_="quiet",
    )


# ---------------------------------------------------------------------- agreement and ties


def _agreement(view: View) -> Markup | None:
    report, words = view.report, view.words
    if report.agreement is None and not any(worker.progress.done for worker in report.workers):
        return None
    title = words.pick("Übereinstimmung", "Agreement")
    found = report.agreement
    if found is None or not found.shared:
        reason = report.reasons.get("agreement")
        line = words.pick(
            "Noch kein Satz wurde von zweien codiert; dann erst lässt sich etwas sagen.",
            "No sentence was coded by two people yet; only then anything can be said.",
        )
        return _section(
            "agreement",
            title,
            tag("p", line),
            tag("p", reason, class_="quiet", lang="en") if reason else None,
        )
    where = f"{words.sentences(found.shared)} in {words.commentaries(found.commentaries)}"
    lead = words.pick(f"{where}, von mindestens zweien codiert.", f"{where}, coded by two or more.")
    rows = [
        _layer(label, figure, words)
        for name, layer in found.layers.items()
        for label, figure in steps_of(view.book.layer_label(name), layer, words)
    ]
    note = words.pick(
        "Krippendorffs Alpha mit 95-%-Intervall: 1 heißt immer gleich, 0 wie gewürfelt; die Striche stehen "
        "bei 0,667 und 0,8.",
        "Krippendorff's alpha with its 95% interval: 1 is always equal, 0 is as by dice; the lines stand at "
        "0.667 and 0.8.",
    )
    return _section(
        "agreement", title, tag("p", lead), tag("ul", rows, class_="layers"), tag("p", note, class_="quiet")
    )


def _layer(label: str, figure: Coefficients, words: Words) -> Markup:
    return tag(
        "li",
        tag(
            "p",
            tag("strong", label),
            tag("span", words.with_bounds(figure.alpha, figure.interval), class_="count"),
            class_="line",
        ),
        _interval(figure, label, words),
        tag("p", reliability(figure, words), class_="quiet"),
    )


def reliability(figure: Coefficients, words: Words) -> str:
    """What a figure allows, by its interval."""
    if figure.alpha is None:
        return words.pick("nicht zu bestimmen", "cannot be determined")
    if figure.interval is None:
        return words.pick(
            "unsicher: zu wenig für ein Intervall, mehr gemeinsame Kommentare helfen",
            "unsure: too little for an interval, more commentaries in common help",
        )
    low = figure.interval[0]
    if low >= FIRM:
        return words.pick("verlässlich", "reliable")
    if low >= TENTATIVE:
        return words.pick(
            "verlässlich genug für vorläufige Schlüsse", "reliable enough for tentative conclusions"
        )
    if figure.alpha >= TENTATIVE:
        return words.pick(
            "unsicher: das Intervall reicht zu weit nach unten, mehr gemeinsame Sätze machen es enger",
            "unsure: the interval reaches too low, more sentences in common make it narrower",
        )
    return words.pick(
        "noch nicht verlässlich: erst die Codes klären", "not reliable yet: clarify the codes first"
    )


def _interval(figure: Coefficients, label: str, words: Words) -> Markup | None:
    if figure.alpha is None:
        return None
    low, high = figure.interval or (figure.alpha, figure.alpha)
    at, begin, end = (100 * min(max(value, 0.0), 1.0) for value in (figure.alpha, low, high))
    lines = [
        tag("rect", x=f"{100 * x - 0.15:.2f}", y=0, width=0.3, height=10, class_="line")
        for x in (TENTATIVE, FIRM)
    ]
    return tag(
        "svg",
        tag("rect", x=0, y=4.5, width=100, height=1, class_="axis"),
        lines,
        tag("rect", x=f"{begin:.2f}", y=3, width=f"{max(end - begin, 0.4):.2f}", height=4, class_="reach"),
        tag("rect", x=f"{at - 0.4:.2f}", y=1, width=0.8, height=8, class_="point"),
        class_="interval",
        role="img",
        aria_label=f"{label}: {words.with_bounds(figure.alpha, figure.interval)}",
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
    )


def _unclear(view: View) -> Markup | None:
    """What is to be clarified between people, and what the rule left open."""
    parts = [part for part in (_confusions(view), _ties(view)) if part is not None]
    title = view.words.pick("Zu klären", "To clarify")
    return _section("unclear", title, parts) if parts else None


def _confusions(view: View) -> Markup | None:
    found, words = view.report.confusions, view.words
    if not found:
        return None
    items = [
        tag(
            "li",
            tag("p", step_words(_step(one, view.book), view.book, words)),
            [_example(e, words) for e in one.examples],
        )
        for one in found
    ]
    head = words.pick("Was am meisten Übereinstimmung kostet", "What costs most agreement")
    return tag("div", tag("h3", head), tag("ol", items, class_="examples"))


def _step(found: Confused, book: Codebook) -> Step:
    layer = book.layer(found.layer)
    assert layer is not None
    confusion = Confusion(
        codes=found.codes,
        target=found.target or UNSET,
        n=found.n,
        gain=UNSET if found.gain is None else found.gain,
        sentences=[e.sentence_id for e in found.examples],
    )
    return Step(layer=layer, confusion=confusion)


def _example(example: Example, words: Words) -> Markup:
    lead = words.pick("Aufgabe bei", "Task of")
    links = [[" ", link(address, who)] for who, address in example.links]
    return tag(
        "blockquote", tag("span", example.text), tag("span", lead, links, class_="tasks") if links else None
    )


def _ties(view: View) -> Markup | None:
    found, words = view.report.adjudication, view.words
    if found is None:
        return None
    decided, undecided = words.sentences(found.decided), words.whole(found.undecided)
    said = words.pick(
        f"Nach der Mehrheit: {decided} entschieden, {undecided} mit etwas Offenem",
        f"By majority: {decided} decided, {undecided} with something open",
    )
    by_hand = words.pick(f", {found.by_hand} von dritter Hand", f", {found.by_hand} by a third person")
    items = [
        tag("li", tag("p", _tie_words(tie, view)), _example(tie.example, words)) for tie in view.report.ties
    ]
    head = words.pick("Was offen ist", "What is open")
    return tag(
        "div",
        tag("h3", head),
        tag("p", said, by_hand if found.by_hand else "", "."),
        tag(
            "details",
            tag("summary", words.pick("Beispiele", "Examples")),
            tag("ul", items, class_="examples"),
        )
        if items
        else None,
    )


def _tie_words(tie: OpenTie, view: View) -> str:
    layer, _, target = tie.layer.partition("__")
    votes = [f"{view.words.code(layer, code, view.book)} {count}" for code, count in tie.votes.items()]
    asked = f" – {view.book.question(target)}" if target else ""
    return f"{view.book.layer_label(layer)}: {', '.join(votes)}{asked}"


# ---------------------------------------------------------------------- model


def _model(view: View) -> Markup | None:
    report, words = view.report, view.words
    if not report.gold and report.model is None:
        return None
    title = words.pick("Modell", "Model")
    model = report.model
    if model is None:
        missing = max(0, ENOUGH - report.gold)
        line = words.pick(
            f"Noch kein Modell; {words.sentences(report.gold)} sind entschieden.",
            f"No model yet; {words.sentences(report.gold)} are decided.",
        )
        more = words.pick(
            f"Ab {ENOUGH} entschiedenen Sätzen lohnt es sich: noch {missing}.",
            f"It is worth training from {ENOUGH} decided sentences on: {missing} more.",
        )
        return _section("model", title, tag("p", line), tag("p", more, class_="quiet") if missing else None)
    made = (
        words.pick(f" vom {words.day(model.created)}", f" of {words.day(model.created)}")
        if model.created
        else ""
    )
    lead = words.pick(
        f"{model.model_version}{made}, gelernt aus {words.whole(model.n)} Sätzen.",
        f"{model.model_version}{made}, learned from {words.sentences(model.n)}.",
    )
    new = words.pick(
        f" {words.sentences(model.new)} sind seitdem dazugekommen.",
        f" {words.sentences(model.new)} have come since.",
    )
    rows = [_layer_outlook(layer, view) for layer in model.layers]
    return _section(
        "model",
        title,
        tag("p", lead, new if model.new else ""),
        tag("ul", rows, class_="layers"),
        _curve(model, view),
    )


def _layer_outlook(layer: LayerOutlook, view: View) -> Markup:
    words, book = view.words, view.book
    figure = words.with_bounds(layer.macro_f1, layer.interval)
    may = bool(layer.suggests or layer.marks)
    mark = words.pick("Vorschläge", "Suggests") if may else words.pick("noch nicht", "not yet")
    return tag(
        "li",
        tag(
            "p",
            tag("strong", book.layer_label(layer.layer)),
            " ",
            tag("span", mark, class_="yes" if may else "no"),
            tag("span", f"{words.pick('Makro-F1', 'macro-F1')} {figure}", class_="count")
            if layer.macro_f1 is not None
            else None,
            class_="line",
        ),
        tag("p", outlook_words(layer, book, words), class_="quiet"),
    )


def outlook_words(layer: LayerOutlook, book: Codebook, words: Words) -> str:
    """What a model may suggest in a layer, what not, and what is missing."""
    said: list[str] = []
    for lead, codes in (
        (words.pick("Vorschläge für", "Suggests"), layer.suggests),
        (words.pick("noch keine für", "not yet"), layer.never),
    ):
        shown = [words.code(layer.layer, code, book) for code in codes if code != UNRELATED]
        if shown and (layer.suggests or lead == words.pick("Vorschläge für", "Suggests")):
            said.append(f"{lead} {words.listed([words.quoted(one) for one in shown])}")
    coded = book.layer(layer.layer)
    if layer.suggests and coded is not None and KINDS[coded.kind].by_target:
        said.append(
            words.pick(
                "nur wo andere Texte des Autors codiert sind",
                "only where other texts of the author are coded",
            )
        )
    if layer.marks:
        said.append(words.pick("berührte Ziele werden markiert", "touched targets are marked"))
    if not layer.suggests and not layer.marks:
        said.append(
            words.pick(f"etwa {layer.missing} Sätze mehr", f"about {layer.missing} more sentences")
            if layer.missing
            else words.pick(
                "zu wenig Richtiges, um zu sagen, wie viele Sätze fehlen",
                "too little is right to say how many sentences are missing",
            )
        )
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."


def _curve(model: ModelOutlook, view: View) -> Markup | None:
    """What more coding would bring, layer by layer, where the learning curve is known."""
    words = view.words
    head = tag("h3", words.pick("Lohnt es sich, mehr zu codieren?", "Is more coding worth it?"))
    if not model.learning_curve:
        line = words.pick(
            "Die Lernkurve ist noch nicht berechnet.", "The learning curve is not computed yet."
        )
        button = view.controls.run("evaluate", words.pick("Lernkurve berechnen", "Compute it"), words)
        return tag("div", head, tag("p", line, class_="quiet"), button)
    known = EvaluationReport(
        layers={},
        n=model.n,
        model_version=model.model_version,
        learning_curve=model.learning_curve,
        gains=model.gains,
    )
    rows = [
        tag(
            "li",
            tag("strong", view.book.layer_label(layer.layer)),
            ": ",
            more_words(known, layer.layer, words),
        )
        for layer in model.layers
    ]
    return tag("div", head, tag("ul", rows, class_="curve"))


# ---------------------------------------------------------------------- pages


def _pages(view: View) -> Markup | None:
    words = view.words
    shown = [page for page in view.report.pages if view.controls.token or page.kind != "guidelines"]
    if not shown:
        return None
    items = [tag("li", page_link(page, view)) for page in _sorted(shown)]
    return _section("pages", words.pick("Seiten", "Pages"), tag("ul", items, class_="pages"))


def _sorted(pages: Sequence[StudyPage]) -> list[StudyPage]:
    order = [*_KINDS]
    return sorted(pages, key=lambda page: (order.index(page.kind), page.name))


def page_link(page: StudyPage, view: View) -> list[Child]:
    """The link to a page, and beside it what else there is to say of it."""
    kind = view.words.pick(*_KINDS[page.kind])
    words = page.title if page.kind in ("reading", "sheet") else kind
    where = quote(page.name)
    address = f"{view.controls.pages}/{where}" if view.controls.token else f"../{where}"
    beside = kind if page.kind in ("reading", "sheet") else page.title
    is_more = beside != words
    return [tag("a", words, href=address), " ", tag("span", beside, class_="quiet") if is_more else None]
