from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.commands.agree import given_names, meaning, study_of_exports
from annotate.commands.terminal import (
    CodebookOption,
    GermanOption,
    JsonOption,
    MapOption,
    StudyOption,
    one_stdout,
    print_report,
    say,
    say_next,
)
from schemas.decimals import counted

if TYPE_CHECKING:
    from annotate.study.folder import Study
    from exports.formats.material import Sources, Splitter
    from exports.formats.write import ExportReport


def export(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE…]", help="Annotations, gold, predictions or exports (default: the study's)."
        ),
    ] = None,
    to: Annotated[
        str, typer.Option("--to", metavar="FORMAT", help="Format; `standpunkt export --formats` lists them.")
    ] = "long",
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="OUT", help="New folder, or a file; - is standard output."),
    ] = None,
    what: Annotated[
        str | None,
        typer.Option(metavar="WHAT", help="annotations, gold or predictions (default: annotations)."),
    ] = None,
    layer: Annotated[
        list[str] | None,
        typer.Option("--layer", metavar="LAYER", help="Layer to export, repeatable (default: all)."),
    ] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Keep the annotators' names (default: pseudonyms).")
    ] = False,
    called: Annotated[
        str | None, typer.Option("--called", metavar="WHO=NAME,…", help="As --names of `agree`, for exports.")
    ] = None,
    without_text: Annotated[
        bool, typer.Option("--without-text", help="Ids, offsets and hashes instead of texts.")
    ] = False,
    german: GermanOption = False,
    formats: Annotated[bool, typer.Option("--formats", help="List the formats and end.")] = False,
    codebook: CodebookOption = None,
    map_path: MapOption = None,
    sentences: Annotated[
        Path | None,
        typer.Option("--sentences", metavar="FILE", help="Sentences of FILE…, as split writes them."),
    ] = None,
    commentaries: Annotated[
        Path | None,
        typer.Option("--commentaries", metavar="FILE", help="Commentaries of FILE…, as split writes them."),
    ] = None,
    study: StudyOption = None,
    json: JsonOption = False,
) -> None:
    """Write codings, gold or predictions in a form that other software reads."""
    from annotate.study.folder import open_study
    from annotate.study.material import (
        background_of,
        check_what,
        keep_pseudonyms,
        pseudonyms_of,
        sources_of_files,
        sources_of_study,
        with_contexts,
    )
    from exports.formats.material import gather
    from exports.formats.options import Options
    from exports.formats.write import check_output, format_named, write_export
    from exports.papers.companions import companions

    if formats:
        _list_formats()
        return
    one_stdout(output, json)
    chosen, asked = format_named(to), check_what(what)
    opened = open_study(study) if study is not None or not files else None
    if files:
        means = meaning(codebook, map_path, opened or study_of_exports(None, codebook))
        sources = sources_of_files(
            files, means.codebook, what=asked, sentences=sentences, commentaries=commentaries,
            names=given_names(called), project_map=means.project_map,
        )  # fmt: skip
    else:
        assert opened is not None
        sources = sources_of_study(opened, asked or chosen.whats[0])
    output = output or str(_default_place(opened, files, to, sources))
    check_output(output, chosen)
    pseudonyms = None if names else pseudonyms_of(_annotators(sources), opened)
    material = gather(
        with_contexts(sources) if chosen.has_context else sources,
        layers=layer or [],
        pseudonyms=pseudonyms,
        with_text=not without_text,
        splitter=_splitter(opened) if chosen.has_splits else None,
    )
    options, background = Options(german=german), background_of(sources, opened, has_names=names)
    beside = companions(material, to, options, background)
    report = write_export(material, to, output, options, companions=beside)
    if pseudonyms and opened is not None:
        keep_pseudonyms(pseudonyms, opened)
    if json:
        print_report(report, True, "")
    else:
        say(_words(report))
    say_next(opened, json, after="export")


def _splitter(study: "Study | None") -> "Splitter":
    from functools import partial

    from annotate.study.splits import split_commentaries

    return partial(split_commentaries, seed=study.settings.seed if study is not None else 0)


def _list_formats() -> None:
    from exports.formats import FORMATS

    width = max(map(len, FORMATS))
    lines = [f"{name:{width}}  {form.help}" for name, form in FORMATS.items()]
    print_report(None, False, "\n".join(lines))


def _default_place(study: "Study | None", files: list[Path] | None, to: str, sources: "Sources") -> Path:
    if study is not None and not files:
        return study.folder / "exports" / f"{sources.what}-{to}"
    stem = (files or [Path(sources.what)])[0].name.partition(".")[0]
    return Path(f"{stem or 'export'}-{to}")


def _annotators(sources: "Sources") -> list[str]:
    return [row.annotator for row in sources.rows] if sources.what == "annotations" else []


def _words(report: "ExportReport") -> str:
    lines = [
        f"{counted(report.rows, 'row')} of {counted(report.sentences, 'sentence')} in "
        f"{counted(report.commentaries, 'commentary')}: {report.output}",
        *(f"  {name}" for name in report.files),
    ]
    if report.left_out:
        lines.append("left out or changed:")
        lines += [f"  {number:,} {words}" for words, number in report.left_out.items()]
    return "\n".join(lines)
