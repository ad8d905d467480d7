"""spaCy's own form of training data: a Doc a sentence and coder, with its answers in ``doc.cats``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from exports.formats.material import Answers, Material, sure_layers
from exports.formats.options import Options
from schemas.codebook import Codebook
from schemas.controls import control_name
from schemas.errors import SettingsError
from schemas.kinds import KINDS
from schemas.layer import Layer
from schemas.records import Layers

_FILES = {"train": "train.spacy", "validation": "dev.spacy", "test": "test.spacy"}
_NO_DEV = "commentaries for dev.spacy, which is empty: `spacy train` needs one"


class _Question(NamedTuple):
    """A layer, or a layer and a target: code to category."""

    layer: Layer
    target: str | None
    categories: dict[str, str]


def write_docbin(material: Material, folder: Path, options: Options) -> None:
    """``train.spacy``, ``dev.spacy``, ``test.spacy``, a ``config.cfg`` for ``spacy train``, and ``docs.tsv``.

    A category is ``layer__code`` or ``layer__target__code``, 1.0 where it was given and 0.0 where another one
    was; a layer that was not coded has none. ``docs.tsv`` says which sentence a Doc is, and who coded it:
    in ``doc.user_data`` that took spaCy a thousandth of a second a Doc to write, and again to read.

    Raises
    ------
    SettingsError
        There is no answer with a code.
    """
    questions = list(_questions(material.codebook))
    material.leave_out_unsure()
    rows = {split: material.of_split(split) for split in _FILES}
    _count_lost(material, {question.layer.id for question in questions})
    if not any(_cats(sure_layers(row), questions) for row in material.rows):
        raise SettingsError("docbin holds codes, and no answer that is exported has one")
    nlp = _blank(material.language)
    with open(folder / "docs.tsv", "w", encoding="utf-8", newline="") as index:
        index.write("file\tdoc\tsentence_id\tcommentary_id\tcoder\n")
        for split, name in _FILES.items():
            coded = [row for row in rows[split] if _cats(sure_layers(row), questions)]
            material.left_out["sentences and coders without a code"] += sum(
                not row.skipped for row in rows[split]
            ) - len(coded)
            if coded or split != "test":
                (folder / name).write_bytes(_packed(nlp, material, coded, questions))
            for number, row in enumerate(coded):
                unit = material.units[row.sentence_id]
                index.write(f"{name}\t{number}\t{row.sentence_id}\t{unit.commentary_id}\t{row.coder}\n")
    if not rows["validation"]:
        material.left_out[_NO_DEV] = 1
    (folder / "config.cfg").write_text(_config(material.language, questions), "utf-8", newline="")


def _questions(book: Codebook) -> Iterator[_Question]:
    for layer in book.layers:
        if KINDS[layer.kind].has_codes:
            targets = book.target_ids if KINDS[layer.kind].by_target else [None]
            for target in targets:
                name = control_name(layer.id, target)
                yield _Question(layer, target, {code: f"{name}__{code}" for code in layer.values})


def _count_lost(material: Material, known: set[str]) -> None:
    for row in material.rows:
        for name in row.layers:
            if name not in known:
                material.left_out[f"answers of the layer {name}, which has no codes"] += 1


def _cats(layers: Layers, questions: list[_Question]) -> dict[str, float]:
    cats: dict[str, float] = {}
    for layer, target, categories in questions:
        value: Any = layers.get(layer.id)
        if isinstance(value, dict):
            value = value.get(target or "")
        if value is not None:
            cats |= dict.fromkeys(categories.values(), 0.0)
            for code in value if isinstance(value, list) else [str(value)]:
                cats[categories[code]] = 1.0
    return cats


def _blank(language: str) -> Any:
    import spacy

    try:
        nlp = spacy.blank(language)
    except ImportError:  # no rules for it: those for any language
        nlp = spacy.blank("xx")
    nlp.max_length = 10**9
    return nlp


def _packed(nlp: Any, material: Material, rows: list[Answers], questions: list[_Question]) -> bytes:
    from spacy.tokens import DocBin

    packed = DocBin(attrs=["ORTH", "SENT_START"])
    same: dict[bytes, dict[str, float]] = {}  # few combinations stand in many rows
    doc, last = None, ""
    for row in rows:
        if doc is None or row.sentence_id != last:
            doc, last = nlp.make_doc(material.units[row.sentence_id].text), row.sentence_id
            for token in doc:
                token.is_sent_start = token.i == 0
        layers = sure_layers(row)
        key = msgspec.json.encode(layers)
        doc.cats = same.get(key) or same.setdefault(key, _cats(layers, questions))
        packed.add(doc)
    content: bytes = packed.to_bytes()
    return content


def _config(language: str, questions: list[_Question]) -> str:
    """One question with one answer is exclusive; all others are asked at once, of one model."""
    exclusive = len(questions) == 1 and not KINDS[questions[0].layer.kind].several
    name = "textcat" if exclusive else "textcat_multilabel"
    nlp = _blank(language)
    model = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": exclusive,
        "length": 262144,
        "ngram_size": 1,
        "no_output_layer": False,
    }
    nlp.add_pipe(name, config={"model": model})
    config = nlp.config
    config["paths"] |= {"train": _FILES["train"], "dev": _FILES["validation"]}
    text: str = config.to_str()
    return text + "\n"
