"""Texts put back into an export that was made without them."""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from annotate.study.split import split_inputs
from exports.formats.options import Options
from exports.formats.write import check_output, format_named, write_export
from exports.papers.companions import companions
from exports.papers.without_text import find_kept, read_kept, with_texts
from schemas.errors import DataError
from schemas.records import Record


class RehydrateReport(Record, frozen=True, kw_only=True):
    """``files`` are none where nothing was written; the others are ids of sentences.

    ``moved``: the text of the commentary was changed, the sentence is still in it. ``differ``: it is not.
    ``missing``: the commentary is not among the texts.
    """

    output: str
    files: list[str]
    sentences: int
    restored: int
    moved: list[str]
    differ: list[str]
    missing: list[str]
    failed: list[str] = []

    @property
    def is_whole(self) -> bool:
        return not self.differ and not self.missing


def rehydrate_export(
    export: Path,
    texts: Sequence[Path],
    output: str | None,
    *,
    partial: bool = False,
    encoding: str | None = None,
) -> RehydrateReport:
    """Writes an export again, with the texts that are read from files and folders as `split` reads them.

    Where a text is missing or differs, nothing is written unless ``partial``.

    Raises
    ------
    DataError
        It is no export without texts, a text cannot be read, or the output is not empty.
    """
    path = find_kept(export)
    kept = read_kept(path)
    chosen = format_named(kept.format)
    output = output or _default_place(export, path, Path(chosen.main).suffix)
    check_output(output, chosen)
    problems: list[DataError] = []
    pieces = split_inputs(
        texts, language=kept.codebook.language, encoding=encoding, passed_over=problems
    )  # fmt: skip
    material, restored = with_texts(kept, pieces)
    report = RehydrateReport(
        output=output,
        files=[],
        sentences=len(material.units),
        restored=len(restored.back),
        moved=restored.moved,
        differ=restored.differ,
        missing=restored.missing,
        failed=[str(problem) for problem in problems],
    )
    if not (report.is_whole or (partial and restored.back)):
        return report
    options = Options(german=kept.german)
    beside = companions(material, kept.format, options, kept.background)
    written = write_export(material, kept.format, output, options, companions=beside)
    return replace(report, files=written.files)


def _default_place(export: Path, kept: Path, suffix: str) -> str:
    """Beside the export: a folder, or a file of the same kind."""
    if export.is_dir():
        return f"{export.resolve()}-with-text"
    stem = kept.name.removesuffix("rehydrate.json.gz").rstrip("-")
    return str(kept.with_name(f"{stem}-with-text{suffix}")) if stem else f"{kept.parent.resolve()}-with-text"
