import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
import typer

from annotate.commands.terminal import (
    CodebookOption,
    JsonOption,
    MapOption,
    StudyOption,
    TextFieldOption,
    print_report,
    say,
    say_next,
)
from schemas.decimals import counted
from schemas.errors import DataError, SettingsError

if TYPE_CHECKING:
    from annotate.study.folder import Study
    from exports.agreement.report import AgreementReport
    from exports.agreement.report_text import Place
    from exports.readers.annotations import Export, ReadReport
    from exports.readers.people import Who
    from schemas.codebook import Codebook
    from schemas.project_map import ProjectMap
    from schemas.records import Annotation, Sentence

Exports = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[EXPORT…]", help="Label Studio exports (default: the study's annotations)."),
]
SkipInvalid = Annotated[bool, typer.Option("--skip-invalid", help="Count invalid rows and continue.")]
Names = Annotated[
    str | None,
    typer.Option(
        "--names",
        metavar="WHO=NAME,…",
        help="Names of annotators: WHO is a file, a user id of Label Studio, or a project and a user id "
        "of it, such as anna.json=anna,7=ben,2/7=cara (default: annotator-1, -2, …).",
    ),
]


class Codings(NamedTuple):
    """Annotations with what a report needs besides; ``read`` is None where no export was read."""

    annotations: "list[Annotation]"
    codebook: "Codebook"
    texts: dict[str, str]
    links: dict[int, str] = {}  # annotation id → where its task is: a link, or its numbers
    chains: dict[str, str] = {}
    read: Any = None


def given_names(pairs: str | None) -> "dict[Who, str]":
    """Who → name, from such as ``7=anna,2/7=ben,cara.json=cara``."""
    names: dict[Who, str] = {}
    for part in filter(None, (part.strip() for part in (pairs or "").split(","))):
        word, _, name = (word.strip() for word in part.rpartition("="))
        if not (word and name) or "@" in name:
            raise SettingsError(
                f'"{part}": expected a name for a user id, for a project and a user id of it, or for a file, '
                "such as 7=anna, 2/7=anna or anna.json=anna",
                flag="--names",
            )
        who = _who(word)
        if names.setdefault(who, name) != name:
            raise SettingsError(f"{word} is called {names[who]} and {name}: expected one", flag="--names")
    return names


def _who(word: str) -> "Who":
    numbers = re.fullmatch(r"(?:([0-9]{1,18})/)?([0-9]{1,18})", word)
    if numbers is None:
        return word
    project, user = numbers.groups()
    return int(user) if project is None else (int(project), int(user))


def codings(
    exports: list[Path] | None,
    codebook: Path | None,
    study: Path | None,
    *,
    skip_invalid: bool,
    names: str | None = None,
    map_path: Path | None = None,
    text_field: str | None = None,
) -> Codings:
    """The annotations and their codebook: given exports, or the study's."""
    from annotate.study.folder import open_study
    from annotate.study.projects import task_links
    from exports.readers.annotations import read_codings
    from schemas.codebook import load_codebook
    from schemas.jsonl import read_jsonl
    from schemas.records import Annotation, Sentence

    if not exports:
        refuse_without_exports(map_path, text_field)
        opened = open_study(study)
        book = load_codebook(codebook) if codebook else opened.codebook()
        rows = list(read_jsonl(opened.needs(opened.annotations, "pull"), Annotation))
        sentences = list(read_jsonl(opened.sentences, Sentence)) if opened.sentences.exists() else []
        return Codings(
            annotations=rows,
            codebook=book,
            texts={s.sentence_id: s.text for s in sentences},
            links=task_links(opened, rows),
            chains={s.sentence_id: s.chain_id for s in sentences if s.chain_id},
        )
    of_study = study_of_exports(study, codebook)
    means = meaning(codebook, map_path, of_study, text_field=text_field)
    export = read_codings(
        exports,
        means.codebook,
        skip_invalid=skip_invalid,
        names=given_names(names),
        project_map=means.project_map,
        sentences=means.sentences,
        by_path=True,
    )
    say_what_was_read(export.report)
    texts = {sentence_id: task.text for sentence_id, task in export.tasks.items()}
    return Codings(
        annotations=export.annotations,
        codebook=export.codebook,
        texts=texts,
        links=_numbered(export, _server(of_study)),
        read=export.report,
    )


class Meaning(NamedTuple):
    """What the codes of an export mean, and its controls and values if a map says so.

    ``sentences`` are those of a study, of which each task is then one.
    """

    codebook: "Codebook"
    project_map: "ProjectMap | None" = None
    sentences: "list[Sentence] | None" = None


def study_of_exports(study: Path | None, codebook: Path | None) -> "Study | None":
    """The study that says what exports mean: the one named or, where no codebook is, that of this folder."""
    from annotate.study.folder import study_here

    return study_here(study) if study is not None or codebook is None else None


def refuse_without_exports(map_path: Path | None, text_field: str | None) -> None:
    """Raises a SettingsError where options say how exports are read and there are none."""
    flag = "--map" if map_path is not None else "--text-field" if text_field is not None else None
    if flag:
        words = "says how exports are read: name them, or import the project with `pull --project N`"
        raise SettingsError(words, flag=flag)


def meaning(
    codebook: Path | None,
    map_path: Path | None,
    study: "Study | None",
    *,
    text_field: str | None = None,
    known: "Codebook | None" = None,
) -> Meaning:
    """How exports are to be read: by the given codebook or the study's, through a map or without one.

    Parameters
    ----------
    text_field
        The field of the tasks with the text; without a map controls are called as in the codebook.
    known
        The codebook where none is given, such as a model's.

    Raises
    ------
    SettingsError
        There is no codebook; names the map as well, for who has neither.
    """
    from schemas.codebook import load_codebook
    from schemas.jsonl import read_jsonl
    from schemas.project_map import own_names, read_project_map
    from schemas.records import Sentence

    if codebook is not None:
        book = load_codebook(codebook)
    elif study is not None:
        book = study.codebook()
    elif known is not None:
        book = known
    else:
        raise SettingsError(
            "exports need their codebook, those of a project made by hand a --map FILE too; `standpunkt "
            "codebook from-config` makes both of its labeling config or of an export, and `standpunkt look` "
            "needs neither",
            flag="--codebook",
        )
    if map_path is not None:
        project_map = read_project_map(map_path, book, text=text_field)
    elif text_field is not None:
        project_map = own_names(book, text_field)
    else:
        return Meaning(book)
    is_split = study is not None and study.sentences.exists()
    return Meaning(
        book,
        project_map,
        list(read_jsonl(study.sentences, Sentence)) if study is not None and is_split else None,
    )


def _numbered(export: "Export", url: str | None) -> dict[int, str]:
    """Where the tasks of an export are: links where the server is known, else the numbers to find them by."""
    links = {}
    for row in export.annotations:
        task = row.task_id
        if row.annotation_id is not None and task is not None and task in export.projects:
            links[row.annotation_id] = _place(url, export.projects[task], task)
    return links


def _place(url: str | None, project: int, task: int) -> str:
    if url is None:
        return f"project {project}, task {task}"
    from annotate.label_studio.client import task_link

    return task_link(url, project, task)


def _server(study: "Study | None") -> str | None:
    """The address of Label Studio: the environment's, or the one that the study knows."""
    from annotate.study.connect import HOST, URL

    address = os.environ.get(URL) or os.environ.get(HOST)
    known = (study.settings.studio.url or next(iter(study.state().projects), None)) if study else None
    return (address or known or "").rstrip("/") or None


def reading_notes(read: "ReadReport") -> list[str]:
    """What was left out of exports, what their format lost, and what is unclear about who coded."""
    from exports.readers.people import repeated_words

    left = {
        # through a map they are read but for what has no code
        "rows that do not fit the codebook": 0 if read.unmapped else read.invalid - len(read.unusable),
        "rows that could not be read": len(read.unusable),
        "rows that stand there twice": len(read.duplicates),
        "rows of another codebook version": read.other_version,
    }
    return [
        *read.warnings,
        *(f"left out {count} {what}" for what, count in left.items() if count),
        *_foreign_words(read),
        *(repeated_words(who, repeated) for who, repeated in read.repeated.items()),
        *_edited_words(read),
        *_nobodys_words(read.by_nobody),
    ]


def _foreign_words(read: "ReadReport", most: int = 8) -> Iterator[str]:
    """What of a foreign project was not read."""
    from exports.readers.existing_project import NOT_IN_MAP
    from schemas.studio_json import PATH

    for what, n in read.unread.items():
        yield f"{what}: {counted(n, 'result')} of a type that is not read, left out"
    for what, n in list(read.unmapped.items())[:most]:
        left = "left out" if what.endswith(NOT_IN_MAP) else "in no code, its layer is open there"
        way = "; the map needs its whole path" if PATH in what else ""
        yield f"{what}: {counted(n, 'time')}, {left}{way}"
    if len(read.unmapped) > most:
        yield f"{len(read.unmapped) - most} more values and controls without a code (--json has all)"
    if read.left_out:
        yield "left out as the map says: " + ", ".join(f"{what} {n}×" for what, n in read.left_out.items())
    if read.unmatched:
        yield f"{counted(len(read.unmatched), 'task')} without a known sentence, first: {read.unmatched[0]}"
    if read.rejected:
        yield f"{counted(read.rejected, 'coding')} rejected in a review, read like all others"


def _edited_words(read: "ReadReport") -> Iterator[str]:
    if read.edited:
        users = ", ".join(str(user) for user in sorted({edit.user for edit in read.edited}))
        changed = counted(len(read.edited), "coding")
        yield f"{changed} changed last by another account than their own: user {users}"


def _nobodys_words(count: int) -> Iterator[str]:
    if count:
        yield (
            f"{counted(count, 'coding')} by nobody known: each is a vote of its own, none is in a figure of "
            "agreement; --names FILE=NAME says who made those of a file"
        )


def say_what_was_read(report: "ReadReport") -> None:
    """The notes on stderr, with the first rows that could not be read."""
    for note in reading_notes(report):
        say(f"note: {note}")
    for unusable in report.unusable[:3]:
        say(f"      {unusable}")


def agree(
    exports: Exports = None,
    codebook: CodebookOption = None,
    map_path: MapOption = None,
    text_field: TextFieldOption = None,
    study: StudyOption = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the report as an HTML page with charts."),
    ] = None,
    names: Names = None,
    machine: Annotated[
        list[str] | None,
        typer.Option(
            "--machine",
            "--model-account",
            metavar="FILE|NAME",
            help="Predictions, or an annotator that is a model; compared with people separately.",
        ),
    ] = None,
    skip_invalid: SkipInvalid = False,
    json: JsonOption = False,
) -> None:
    """Say how far annotators agree, layer by layer, and what to clarify next."""
    from annotate.study.folder import open_study
    from exports.agreement.agree import NothingShared
    from exports.agreement.agree import agree as agreement
    from exports.agreement.report_text import report_words
    from schemas.files import write_text
    from schemas.records import is_unknown

    read = codings(
        exports,
        codebook,
        study,
        skip_invalid=skip_invalid,
        names=names,
        map_path=map_path,
        text_field=text_field,
    )
    if read.read is None:
        for note in _nobodys_words(sum(is_unknown(row.annotator) for row in read.annotations)):
            say(f"note: {note}")
    files, models = files_and_accounts(machine or ())
    machines = [
        row
        for file in files
        for row in machine_codings(file, read.codebook, study if exports else study or Path())
    ]
    try:
        report = agreement(
            read.annotations, read.codebook, chains=read.chains, models=models, machines=machines
        )
    except NothingShared as error:
        raise NothingShared(f"{error.message}{'' if exports else _cause(study, read)}") from error
    places = places_of(read, report)
    if html:
        from annotate.report.verb_pages import agreement_page

        notes = reading_notes(read.read) if read.read else []
        write_text(html, agreement_page(report, read.codebook, places, notes=notes))
    more = {"read": read.read} if read.read else {}
    body = {**msgspec.structs.asdict(report), **more} if json else None
    print_report(body, json, lambda: report_words(report, read.codebook, places))
    if html:
        say(f"written: {html}")
    if not exports:
        say_next(open_study(study), json, after="agree")


def _cause(study: Path | None, read: Codings) -> str:
    """Why two people of a study have no sentence in common yet, behind a semicolon."""
    from annotate.study.folder import open_study
    from annotate.study.in_common import why_nothing_in_common

    words = why_nothing_in_common(open_study(study), read.annotations)
    return words and f"; {words}"


def files_and_accounts(machines: Iterable[str]) -> tuple[list[Path], list[str]]:
    """What --machine was given, parted into files of predictions and names of annotators."""
    files, accounts = [], []
    for name in machines:
        path = Path(name)
        if path.is_file():
            files.append(path)
        elif path.suffix == ".jsonl" or path.name != name:  # no annotator is called so
            raise DataError("no such file", path=path)
        else:
            accounts.append(name)
    return files, accounts


def machine_codings(file: Path, codebook: "Codebook", study: Path | None) -> "list[Annotation]":
    """The codings of a file of predictions, without those of commentaries its model was trained on."""
    from annotate.study.material import machine_rows, trained_on
    from annotate.study.predictions_file import is_asked

    rows = machine_rows(file, codebook)
    known = trained_on(rows[0].annotator, study)
    if known is None:
        what = (
            "this language model has read these texts" if is_asked(file) else "its model was trained on them"
        )
        say(f"note: {file}: whether {what} is not known")
        return rows
    kept = [row for row in rows if not known(row.commentary_id)]
    if left := len(rows) - len(kept):
        say(f"note: {file}: left out {left:,} of {len(rows):,} answers, its model learned from their texts")
    if not kept:
        raise SettingsError(
            f"{rows[0].annotator} learned from every commentary in {file}, and would be compared with what "
            "it learned; `standpunkt evaluate` says how it does on others",
            flag="--machine",
        )
    return kept


def places_of(read: Codings, report: "AgreementReport") -> "dict[str, Place]":
    """Text and tasks of the sentences that the report names."""
    from exports.agreement.report_text import Place

    named = {
        name for layer in report.layers.values() for found in layer.confusions for name in found.sentences
    }
    links: dict[str, dict[str, list[str]]] = {}
    for row in read.annotations:
        is_of_people = row.annotator in report.annotators
        if is_of_people and row.sentence_id in named and row.task_id is not None:
            link = read.links.get(row.annotation_id or -1, f"task {row.task_id}")
            links.setdefault(row.sentence_id, {}).setdefault(link, []).append(row.annotator)
    return {
        name: Place(
            text=read.texts.get(name, ""),
            links=tuple((", ".join(who), link) for link, who in links.get(name, {}).items()),
        )
        for name in sorted(named)
    }
