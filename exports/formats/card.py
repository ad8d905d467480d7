"""The card of a data set, as Hugging Face shows it: what is in it, how it came about, and what is open."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from exports.agreement.agree import agree
from exports.agreement.report import LayerAgreement
from exports.formats.material import Material, codes_of
from schemas.errors import DataError
from schemas.kinds import KINDS
from schemas.records import Annotation

_CATEGORIES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_SAYS = {
    "annotations": "A row is what one annotator coded in one sentence.",
    "gold": "A row is a sentence with the answers that were decided on.",
    "predictions": "A row is what a model says of a sentence. **Nobody has checked it.**",
}  # fmt: skip
_MADE_BY = {"annotations": "expert-generated", "gold": "expert-generated", "predictions": "machine-generated"}


class Size(NamedTuple):
    """Of a split."""

    rows: int
    bytes: int


def data_set_card(
    material: Material, features: Mapping[str, dict[str, Any]], sizes: Mapping[str, Size]
) -> str:
    """``README.md``: facts for `datasets` to read, then words for people."""
    front = {
        "language": [material.language],
        "license": "unknown",
        "annotations_creators": [_MADE_BY[material.what]],
        "size_categories": [_category(len(material.rows))],
        "task_categories": ["text-classification"],
        "tags": ["argument-mining", "stance-detection"],
        "dataset_info": {
            "features": [_described(name, feature) for name, feature in features.items()],
            "splits": [
                {"name": split, "num_bytes": size.bytes, "num_examples": size.rows}
                for split, size in sizes.items()
            ],
        },
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": split, "path": f"data/{split}-*"} for split in sizes],
            }
        ],
    }
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=1000)
    return f"---\n{head}---\n\n" + "\n\n".join(_sections(material, sizes)) + "\n"


def _category(rows: int) -> str:
    return next((words for limit, words in _CATEGORIES if rows < limit), "1M<n<10M")


def _described(name: str, feature: Mapping[str, Any]) -> dict[str, Any]:
    if feature["_type"] == "Sequence":
        inner = _dtype(feature["feature"])
        return {"name": name, "sequence": inner}
    return {"name": name, "dtype": _dtype(feature)}


def _dtype(feature: Mapping[str, Any]) -> Any:
    if feature["_type"] != "ClassLabel":
        return feature["dtype"]
    return {"class_label": {"names": {str(n): name for n, name in enumerate(feature["names"])}}}


def _sections(material: Material, sizes: Mapping[str, Size]) -> Iterator[str]:
    book = material.codebook
    title = book.say(book.title) or book.codebook
    yield f"# {title}: {material.what}"
    yield f"{_SAYS[material.what]} The language of the texts is `{material.language}`."
    yield "## Sizes"
    yield _table(["split", "rows", "sentences", "commentaries"], _size_rows(material, sizes))
    yield material.splits.words
    yield "## Labels"
    yield "How often each code was given. A missing value was not asked or not coded; it is no answer."
    yield _table(["layer", "target", "code", "label", "n"], list(_label_rows(material)))
    yield "## How it was coded"
    yield from _coding(material)
    yield "## Left out or changed"
    yield _list([f"{n:,} {words}" for words, n in (+material.left_out).items()] or ["Nothing."])
    yield "## Licence"
    yield _list(list(_licences(material)))


def _size_rows(material: Material, sizes: Mapping[str, Size]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for split, size in sizes.items():
        texts = {name for name in material.commentaries if material.splits.of[name] == split}
        sentences = sum(unit.commentary_id in texts for unit in material.units.values())
        rows.append([split, f"{size.rows:,}", f"{sentences:,}", f"{len(texts):,}"])
    return rows


def _label_rows(material: Material) -> Iterator[list[Any]]:
    book = material.codebook
    for layer in book.layers:
        if not KINDS[layer.kind].has_codes:
            words = sum(layer.id in row.layers for row in material.rows)
            yield [layer.id, "", "", "(words)", f"{words:,}"]
            continue
        given = Counter(
            pair
            for row in material.rows
            if layer.id in row.layers
            for pair in codes_of(layer, row.layers[layer.id])
        )
        labels = {code.id: book.say(code.label) for code in layer.codes}
        for target in book.target_ids if KINDS[layer.kind].by_target else [None]:
            for code in layer.values:
                yield [layer.id, target or "", code, labels.get(code, ""), f"{given[target, code]:,}"]
        if empty := given[None, None]:
            yield [layer.id, "", "", "(no code)", f"{empty:,}"]


def _coding(material: Material) -> Iterator[str]:
    book = material.codebook
    who = ", ".join(material.coders[:20]) + (" …" if len(material.coders) > 20 else "")
    yield (
        f"With the codebook `{book.codebook}` {book.version}. A column is a layer of it, or a layer and a "
        f"target (`layer__target`). `coder` is one of: {who}."
    )
    questions = [f"`{target.id}`: {book.say(target.question)}" for target in book.targets]
    if questions and any(KINDS[layer.kind].by_target for layer in book.layers):
        yield _list(questions)
    if material.what == "annotations":
        yield _agreement(material)


def _agreement(material: Material) -> str:
    """Without intervals: those of `standpunkt agree` are drawn a thousand times."""
    book = material.codebook
    rows = [
        Annotation(
            sentence_id=row.sentence_id,
            commentary_id=material.units[row.sentence_id].commentary_id,
            annotator=row.coder,
            codebook=book.codebook,
            layers=row.layers,
            skipped=row.skipped,
            incomplete=row.incomplete,
        )
        for row in material.rows
    ]
    try:
        report = agree(rows, book, draws=0)
    except DataError as error:
        return f"Agreement is not known: {error.message}."
    figures = [_figures(name, layer) for name, layer in report.layers.items()]
    words = f"Agreement on the {report.shared:,} sentences that two or more coded, Krippendorff's alpha:"
    return f"{words}\n\n{_table(['layer', 'alpha', 'observed', 'sentences'], figures)}"


def _figures(name: str, layer: LayerAgreement) -> list[Any]:
    alpha, observed = ("–" if value is None else f"{value:.3f}" for value in (layer.alpha, layer.observed))
    return [name, alpha, observed, f"{layer.shared:,}"]


def _licences(material: Material) -> Iterator[str]:
    known = Counter(one.license for one in material.commentaries.values() if one.license)
    for licence, number in sorted(known.items()):
        yield f"{number:,} commentaries: {licence}."
    if unknown := len(material.commentaries) - known.total():
        yield f"**Question:** under which licence may the texts of {unknown:,} commentaries be passed on?"
    yield "**Question:** under which licence are the codings passed on?"
    yield "Put the answer into the field `license` at the head of this file."


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [heads, ["---"] * len(heads), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    return " ".join(str(value).replace("|", "\\|").split())


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
