import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.commands.terminal import JsonOption, StudyOption, print_report, progress_bar, say, say_next
from schemas.errors import DataError, SettingsError

if TYPE_CHECKING:
    from annotate.report.document import Document
    from annotate.report.facts import StudyReport
    from annotate.study.folder import Study
    from exports.agreement.report_text import Place


def report(
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Page (default: reports/report.html of the study)."),
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="The same as Markdown.")
    ] = None,
    for_paper: Annotated[
        Path | None,
        typer.Option("--for-paper", metavar="DIR", help="Methods, limits, LaTeX tables and references."),
    ] = None,
    annotator: Annotated[
        str | None,
        typer.Option("--annotator", metavar="NAME", help="A private sheet for one person instead."),
    ] = None,
    machine: Annotated[
        list[str] | None,
        typer.Option(
            "--machine",
            metavar="FILE|NAME",
            help="Predictions, or an annotator that is a model; compared with people separately.",
        ),
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="LANG", help="de or en (default: the codebook's).")
    ] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Keep the annotators' names (default: pseudonyms).")
    ] = False,
    evaluation: Annotated[
        bool, typer.Option("--evaluation/--no-evaluation", help="Cross-validate the model.")
    ] = True,
    seed: Annotated[int, typer.Option(help="Seed of intervals, test and folds.")] = 0,
    study: StudyOption = None,
    json: JsonOption = False,
) -> None:
    """Write one report of the study: what may be said with it, and every figure behind that."""
    from annotate.commands.agree import files_and_accounts, machine_codings
    from annotate.report.chapters import to_document
    from annotate.report.gather import gather
    from annotate.report.markdown import to_markdown
    from annotate.report.page import report_page
    from annotate.report.paper import write_paper
    from annotate.study.folder import open_study
    from schemas.files import write_text

    if lang not in (None, "de", "en"):
        raise SettingsError(f'"{lang}": expected de or en', flag="--lang")
    opened = open_study(study)
    if annotator is not None:
        _refuse_beside_sheet({"--for-paper": for_paper, "--machine": machine, "--names": names})
        _sheet(opened, annotator, html=html, markdown=markdown, lang=lang, seed=seed, json=json)
        return
    if for_paper is not None and for_paper.is_dir() and any(for_paper.iterdir()):
        raise DataError("is not empty, nothing was written: name another folder", path=for_paper)
    book = opened.codebook()
    files, accounts = files_and_accounts(machine or ())
    with progress_bar() as progress:
        found = gather(
            opened,
            language=lang,
            names=names,
            evaluated=evaluation,
            machines=[row for file in files for row in machine_codings(file, book, opened.folder)],
            accounts=accounts,
            seed=seed,
            progress=progress,
        )
    document = to_document(found, book, _places(opened, found, names))
    written = [html or opened.reports / "report.html"]
    write_text(written[0], report_page(document))
    if markdown is not None:
        write_text(markdown, to_markdown(document))
        written.append(markdown)
    if for_paper is not None:
        written += [for_paper / name for name in write_paper(for_paper, document, found, book)]
    print_report(found, json, lambda: _words(document))
    for path in written:
        say(f"written: {path}")
    say_next(opened, json, after="report")


def _refuse_beside_sheet(given: dict[str, object]) -> None:
    """The sheet is one person's, and says nothing of others."""
    for flag, value in given.items():
        if value:
            raise SettingsError("is about the study's report; --annotator writes a person's sheet", flag=flag)


def _sheet(
    study: "Study",
    annotator: str,
    *,
    html: Path | None,
    markdown: Path | None,
    lang: str | None,
    seed: int,
    json: bool,
) -> None:
    from annotate.report.markdown import to_markdown
    from annotate.report.page import report_page
    from annotate.report.sheet import sheet_document, sheet_of, sheet_words
    from schemas.files import write_private_text

    found = sheet_of(study, annotator, language=lang, seed=seed)
    document = sheet_document(found, study.codebook())
    name = re.sub(r"[^\w-]", "_", annotator)
    written = [html or study.reports / f"sheet-{name}.html"]
    write_private_text(written[0], report_page(document))
    if markdown is not None:
        write_private_text(markdown, to_markdown(document))
        written.append(markdown)
    print_report(found, json, lambda: sheet_words(document))
    for path in written:
        say(f"written: {path} (for {annotator} alone)")


def _places(study: "Study", found: "StudyReport", names: bool) -> "dict[str, Place]":
    """Text of the sentences that the report names, and their tasks where that tells nobody's name."""
    from annotate.commands.agree import codings
    from annotate.report.people_chapter import named_sentences
    from exports.agreement.report_text import Place

    if found.agreement is None:
        return {}
    named = {*named_sentences(found.agreement, study.codebook())}
    given = codings(None, None, study.folder, skip_invalid=False)
    links: dict[str, list[tuple[str, str]]] = {}
    for row in given.annotations if names else ():
        if row.sentence_id in named and row.annotation_id in given.links:
            links.setdefault(row.sentence_id, []).append((row.annotator, given.links[row.annotation_id]))
    return {name: Place(text=given.texts.get(name, ""), links=tuple(links.get(name, ()))) for name in named}


def _words(document: "Document") -> str:
    """The claims, for a terminal of 80 columns."""
    import textwrap

    from annotate.report.document import Table

    lines = [document.title, document.subtitle]
    for part in document.chapters[0].parts:
        if isinstance(part, Table):
            lines += ["", part.caption]
            for claim, figure, *change in part.rows:
                words = f"{claim} [{figure}] {' '.join(change)}".strip().removesuffix(" –")
                lines += textwrap.wrap(words, 80, initial_indent="- ", subsequent_indent="  ")
    return "\n".join(lines)
