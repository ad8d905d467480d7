import re
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer

from annotate.commands.agree import Names, given_names, reading_notes
from annotate.commands.look_text import look_words
from annotate.commands.terminal import CodebookOption, JsonOption, MapOption, print_report, progress_bar, say
from schemas.errors import DataError, SettingsError, StudioError

if TYPE_CHECKING:
    from annotate.analysis.look import Look
    from annotate.label_studio.client import Studio
    from annotate.progress import Progress
    from schemas.codebook import Codebook
    from schemas.draft import Draft
    from schemas.project_map import ProjectMap

_ADDRESS = re.compile(r"(https?://.+?)/*(?:/projects/([0-9]{1,9})(?:[/?#].*)?)?", re.DOTALL)


class _Source(NamedTuple):
    """Files to read, the labeling config where a server said it, and where the project is."""

    files: list[Path]
    config: str | None = None
    url: str | None = None
    project: int | None = None


def look(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[URL|EXPORT…]",
            help="Address of Label Studio or of a project on it, or exports of one project, tables included.",
        ),
    ] = None,
    project: Annotated[
        int | None, typer.Option(metavar="N", help="Project on Label Studio, where the address has none.")
    ] = None,
    codebook: CodebookOption = None,
    map_path: MapOption = None,
    names: Names = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Keep what was read of a server, as an export."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write it as an HTML page as well.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say what a Label Studio project holds, how far people agree, and how a quick model does; read only."""
    if map_path is not None and codebook is None:
        raise SettingsError(f"{map_path} names layers and codes: of which codebook?", flag="--codebook")
    with TemporaryDirectory(prefix="standpunkt-look-") as folder, progress_bar() as progress:
        source = _source(what or [], project, output or Path(folder, "export.json"), progress)
        report = _look(source, codebook, map_path, names, progress)
    kept = source.files if source.url is None else [output] if output else []
    steps = _next(source, kept, codebook, map_path, report)
    report = msgspec.structs.replace(report, next=steps)
    notes = reading_notes(msgspec.structs.replace(report.read, left_out={}))  # named as not read
    if html:
        from annotate.pages.look import look_page
        from schemas.files import write_text

        write_text(html, look_page(report, notes))
        say(f"written: {html}")
    print_report(report, json, lambda: look_words(report, notes))


def _source(what: list[str], project: int | None, place: Path, progress: "Progress") -> _Source:
    addresses = [word for word in what if re.match("https?://", word)]
    if what and not addresses:
        if project is not None:
            raise SettingsError("is a project on a server; a file has one", flag="--project")
        return _Source([Path(word) for word in what])
    if len(what) > 1:
        raise typer.BadParameter("give one address, or files")
    from annotate.study.connect import connect

    match = _ADDRESS.fullmatch(what[0]) if what else None
    number = project if project is not None else int(match[2]) if match and match[2] else None
    studio = connect(None, url=match[1] if match else None, read_only=True)
    studio.report_retries(progress)
    number = number if number is not None else _only_project(studio)
    held = studio.project(number)
    if held is None:
        raise StudioError(f"reading project {number}", f"{studio.url} holds no such project", status=404)
    _keep(studio, number, place, progress)
    return _Source([place], held.label_config, studio.url, number)


def _only_project(studio: "Studio") -> int:
    projects = studio.projects()
    if len(projects) == 1:
        return projects[0].id
    shown = ", ".join(f"{one.id} ({one.title})" for one in projects[:12]) or "none"
    more = f" and {len(projects) - 12} more" if len(projects) > 12 else ""
    raise SettingsError(f"which project of {studio.url}? There are {shown}{more}", flag="--project")


def _keep(studio: "Studio", number: int, place: Path, progress: "Progress") -> None:
    from schemas.files import replacing

    with replacing(place) as file:
        for n, task in enumerate(studio.annotated_tasks(number, progress)):
            file.write(b",\n" if n else b"[")
            file.write(bytes(task))
        if not file.tell():
            raise DataError(f"project {number} of {studio.url} has no task")
        file.write(b"]\n")


def _look(
    source: _Source, codebook: Path | None, map_path: Path | None, names: str | None, progress: "Progress"
) -> "Look":
    from annotate.analysis.look import look as look_at
    from schemas.codebook import load_codebook
    from schemas.project_map import read_project_map

    book: Codebook
    project_map: ProjectMap | None
    unread: dict[str, str] = {}
    guessed = False
    if codebook is not None:
        book = load_codebook(codebook)
        project_map = read_project_map(map_path, book) if map_path else None
    else:
        progress("guessing what was asked")
        drafted, guessed = _drafted(source)
        unread = drafted.unread
        book, project_map = _loaded(drafted)
    place = f"{source.url}, project {source.project}"
    return look_at(
        source.files, book, project_map=project_map, guessed=guessed, unread=unread,
        names=given_names(names), url=source.url, source=[place] if source.url else None, progress=progress,
    )  # fmt: skip


def _drafted(source: _Source) -> "tuple[Draft, bool]":
    from exports.readers.guess import guess_draft, id_fields
    from exports.readers.label_studio import read_values
    from schemas.draft import draft_of, parsed_config

    if source.config is None:
        return guess_draft(source.files, source.files[0].name.partition(".")[0]), True
    values = (value.get("data") for path in source.files for value in read_values(path, []))
    fields = id_fields([data for data in values if isinstance(data, dict)])
    config = parsed_config(source.config, None)
    return draft_of(config, f"project-{source.project}", fields=fields), False


def _loaded(drafted: "Draft") -> "tuple[Codebook, ProjectMap]":
    from schemas.codebook import load_codebook
    from schemas.project_map import read_project_map

    with TemporaryDirectory(prefix="standpunkt-look-") as folder:
        book, project_map = Path(folder, "codebook.yaml"), Path(folder, "map.yaml")
        book.write_text(drafted.codebook, "utf-8")
        project_map.write_text(drafted.map, "utf-8")
        loaded = load_codebook(book)
        return loaded, read_project_map(project_map, loaded)


def _next(
    source: _Source, files: list[Path], codebook: Path | None, map_path: Path | None, report: "Look"
) -> list[str]:
    """The commands that go on from here, as they can be typed."""
    book, mapped = str(codebook or "codebook.yaml"), str(map_path or "map.yaml")
    steps = []
    if source.url and not files:
        where = f"{source.url}/projects/{source.project}"
        files = [Path("export.json")]
        steps.append(f"standpunkt look {shlex.quote(where)} -o export.json")
    if codebook is None:
        config = f"--project {source.project} --url {shlex.quote(source.url)}" if source.url else ""
        steps.append(f"standpunkt codebook from-config {config or shlex.quote(str(files[0]))}")
    named = " ".join(shlex.quote(str(file)) for file in files)
    how = f"--codebook {shlex.quote(book)}"
    if map_path is not None or codebook is None:
        how += f" --map {shlex.quote(mapped)}"
    if report.agreement is not None:
        steps.append(f"standpunkt agree {named} {how} --html agreement.html")
    if len(files) > 1:
        steps.append(f"standpunkt adjudicate {named} {how} -o gold.jsonl")
        named, how = "gold.jsonl", f"--codebook {shlex.quote(book)}"
    if report.model:
        steps.append(f"standpunkt evaluate --gold {named} {how} --html evaluation.html")
        steps.append(f"standpunkt train --gold {named} {how} -o model")
    return steps
