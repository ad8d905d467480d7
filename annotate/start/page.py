"""The start page as HTML: the next step first, then where the study stands."""

from collections.abc import Sequence
from pathlib import Path

from annotate.pages.shell import page
from annotate.report.words import Words, in_language
from annotate.start.controls import Controls, copied
from annotate.start.facts import VERBS as RUN_HERE
from annotate.start.facts import StartReport
from annotate.start.jobs import Job
from annotate.start.sections import View, page_link, sections
from annotate.start.words import VERBS, next_words
from annotate.study.typed import ENOUGH, command, typed
from schemas.codebook import Codebook
from schemas.markup import Child, Markup, tag


def start_page(
    report: StartReport, book: Codebook, *, language: str | None = None, controls: Controls | None = None
) -> str:
    """The HTML text; a page without controls is a file, which has nothing to press but to copy."""
    words = Words(language or ("de" if book.language == "de" else "en"))
    view = View(report, in_language(book, words.language), words, controls or Controls())
    body: list[Child] = [
        tag("a", words.pick("Zum Inhalt", "To the content"), href="#content", class_="skip"),
        _head(view),
        tag(
            "main",
            _said(view),
            tag("div", _job(view), id="job", aria_live="polite"),
            _next(view),
            _loop(view),
            tag("div", sections(view), class_="cards"),
            _steps(view),
            id="content",
        ),
        tag("span", id="refresh", hidden=True) if view.controls.is_busy or view.controls.asking else None,
    ]
    is_served = view.controls.token is not None
    return page(
        f"{report.study} – Standpunkt",
        body,
        styles=("evaluation.css", "start.css"),
        script="start.js",
        language=words.language,
        is_served=is_served,
    )


def message_page(title: str, lines: Sequence[str], *, language: str = "de", back: str | None = None) -> str:
    """A page that says why there is none; ``back`` names the way to the start page."""
    way = tag("p", tag("a", back, href="/")) if back else None
    body = tag(
        "main", tag("h1", title), [tag("p", line) for line in lines], way, id="content", class_="message"
    )
    return page(title, body, styles=("evaluation.css", "start.css"), language=language, is_served=True)


def job_part(controls: Controls, words: Words) -> Markup:
    """What stands on the page about the verb that runs; it is asked for anew while it does."""
    return Markup(_job_box(controls, words) or "")


def _head(view: View) -> Markup:
    words = view.words
    other, name = ("en", "English") if words.language == "de" else ("de", "Deutsch")
    switch = (
        tag("a", name, href=f"/?lang={other}", lang=other, hreflang=other) if view.controls.token else None
    )
    return tag(
        "header",
        tag("div", tag("h1", view.report.study), tag("p", view.report.folder, class_="quiet"), class_="name"),
        tag("nav", switch, aria_label=words.pick("Sprache", "Language")) if switch else None,
        class_="top",
    )


def _said(view: View) -> Markup | None:
    said = view.controls.said
    return tag("p", said, class_="warning", role="alert") if said else None


# ---------------------------------------------------------------------- the next step


def _next(view: View) -> Markup | None:
    if view.controls.is_busy:
        return None
    words, step = view.words, view.report.next
    title, why = next_words(step, view.report, words)
    way: list[Child] = []
    if step.verb:
        way.append(view.controls.run(step.verb, words.pick(*VERBS[step.verb].name), words, class_="main"))
    if step.command:
        way.append(copied(step.command, words))
    if step.name == "done":
        way += [page_link(one, view)[0] for one in view.report.pages if one.kind == "report"]
    if step.name == "texts":
        way.append(copied(f"{view.report.folder}/commentaries", words))
    return tag(
        "section",
        tag("p", words.pick("Als Nächstes", "Next"), class_="lead"),
        tag("h2", title, id="next-title"),
        tag("p", why) if why else None,
        tag("div", way, class_="way") if way else None,
        class_="next",
        aria_labelledby="next-title",
    )


# ---------------------------------------------------------------------- where the study stands


def _loop(view: View) -> Markup | None:
    """The loop in six figures, once there is one."""
    report, words = view.report, view.words
    if report.corpus is None:
        return None
    tasks = sum(worker.progress.tasks for worker in report.workers)
    done = sum(worker.progress.done + worker.progress.skipped for worker in report.workers)
    layers = report.model.layers if report.model else []
    may = sum(bool(layer.suggests or layer.marks) for layer in layers)
    open_count = report.adjudication.undecided if report.adjudication else 0
    has_report = any(one.kind == "report" for one in report.pages)
    tiles = [
        (words.pick("Sätze", "Sentences"), words.whole(report.corpus.sentences)),
        (
            words.pick("Vom Verteilten codiert", "Coded of those given out"),
            words.percent(done / tasks) if tasks else "–",
        ),
        (
            words.pick("Von zweien codiert", "Coded by two"),
            words.whole(report.agreement.shared) if report.agreement else "–",
        ),
        (
            words.pick("Nicht entschieden", "Undecided"),
            words.whole(open_count) if report.adjudication else "–",
        ),
        (words.pick("Ebenen mit Vorschlag", "Layers suggested"), f"{may}/{len(layers)}" if layers else "–"),
        (words.pick("Bericht", "Report"), words.pick("da", "there") if has_report else "–"),
    ]
    items = [
        tag("li", tag("span", name), tag("strong", figure), class_=None if figure != "–" else "none")
        for name, figure in tiles
    ]
    return tag("ol", items, class_="tiles", aria_label=words.pick("Stand der Studie", "State of the study"))


def _steps(view: View) -> Markup:
    """All verbs, each to be run or to be copied."""
    words = view.words
    rows = []
    for verb in RUN_HERE:
        if verb == "studio" and not view.report.server.may_start:
            continue
        more = None
        if verb == "select":
            more = tag(
                "label",
                words.pick("Sätze", "Sentences"),
                " ",
                tag("input", type="number", name="number", value=ENOUGH, min=1, max=100000),
            )
        button = view.controls.run(verb, words.pick("Ausführen", "Run"), words, more)
        name, does = (words.pick(*pair) for pair in VERBS[verb])
        way = button or tag("code", command(typed(verb, Path())))
        rows.append(tag("li", tag("div", tag("strong", name), tag("p", does, class_="quiet")), way))
    title = words.pick("Alle Schritte", "All steps")
    return tag(
        "section",
        tag("details", tag("summary", tag("h2", title)), tag("ul", rows)),
        class_="steps",
        id="steps",
    )


# ---------------------------------------------------------------------- what runs


def _job(view: View) -> Markup | None:
    return _job_box(view.controls, view.words)


def _job_box(controls: Controls, words: Words) -> Markup | None:
    job = controls.job
    if job is None:
        return None
    name = words.pick(*VERBS[job.verb].name)
    took = _seconds(job.seconds, words)
    if job.is_running:
        head = words.pick(f"{name}: läuft seit {took}", f"{name}: running for {took}")
        stop = controls.form("/stop", words, tag("button", words.pick("Abbrechen", "Stop"), type="submit"))
        state = "running"
    else:
        head, state = _ended(job, name, took, words)
        stop = controls.form("/forget", words, tag("button", words.pick("Schließen", "Close"), type="submit"))
    output = tag("pre", "\n".join(job.lines), tabindex=0, lang="en") if job.lines else None
    more = (
        tag("details", tag("summary", words.pick("Was gesagt wurde", "What was said")), output)
        if output
        else None
    )
    return tag(
        "section",
        tag("div", tag("h2", head), stop, class_="line"),
        tag("p", job.last, lang="en") if job.lines else None,
        tag("p", tag("code", job.command), class_="quiet"),
        more,
        class_=f"job {state}",
    )


def _ended(job: Job, name: str, took: str, words: Words) -> tuple[str, str]:
    if job.is_stopped:
        return words.pick(f"{name}: abgebrochen nach {took}", f"{name}: stopped after {took}"), "failed"
    if job.code == 0:
        return words.pick(f"{name}: fertig nach {took}", f"{name}: done after {took}"), "done"
    return words.pick(f"{name}: ging nicht", f"{name}: did not work"), "failed"


def _seconds(seconds: float, words: Words) -> str:
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    return words.pick(f"{round(whole / 60)} Minuten", f"{round(whole / 60)} minutes")
