"""spaCy's own form of training data: a Doc a sentence and coder, with its answers in ``doc.cats``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exports.formats.material import Answers, Material, sure_layers
from exports.formats.options import Options
from schemas.codebook import Codebook
from schemas.controls import control_name
from schemas.errors import SettingsError
from schemas.kinds import KINDS
from schemas.layer import Layer

_FILES = {"train": "train.spacy", "validation": "dev.spacy", "test": "test.spacy"}
_NO_DEV = "commentaries for dev.spacy, which is empty: `spacy train` needs one"

#: ``layer`` or ``layer__target``, its layer, and the target.
_Question = tuple[str, Layer, str | None]


def write_docbin(material: Material, folder: Path, options: Options) -> None:
    """``train.spacy``, ``dev.spacy``, ``test.spacy``, and a ``config.cfg`` for ``spacy train``.

    A category is ``layer__code`` or ``layer__target__code``, 1.0 where it was given and 0.0 where another one
    was; a layer that was not coded has none. ``doc.user_data`` has the ids and who coded.

    Raises
    ------
    SettingsError
        There is no answer with a code.
    """
    questions = list(_questions(material.codebook))
    material.leave_out_unsure()
    rows = {split: material.of_split(split) for split in _FILES}
    _count_lost(material, {layer.id for _, layer, _ in questions})
    if not any(_cats(row, questions) for of_one in rows.values() for row in of_one):
        raise SettingsError("docbin holds codes, and no answer that is exported has one")
    nlp = _blank(material.language)
    for split, name in _FILES.items():
        if rows[split] or split != "test":
            (folder / name).write_bytes(_packed(nlp, material, rows[split], questions))
    if not rows["validation"]:
        material.left_out[_NO_DEV] = 1
    (folder / "config.cfg").write_text(_config(material.language, questions), "utf-8", newline="")


def _questions(book: Codebook) -> Iterator[_Question]:
    for layer in book.layers:
        if KINDS[layer.kind].has_codes:
            targets = book.target_ids if KINDS[layer.kind].by_target else [None]
            yield from ((control_name(layer.id, target), layer, target) for target in targets)


def _count_lost(material: Material, known: set[str]) -> None:
    for row in material.rows:
        for name in row.layers:
            if name not in known:
                material.left_out[f"answers of the layer {name}, which has no codes"] += 1


def _cats(row: Answers, questions: list[_Question]) -> dict[str, float]:
    sure = sure_layers(row)
    cats: dict[str, float] = {}
    for name, layer, target in questions:
        value: Any = sure.get(layer.id)
        if isinstance(value, dict):
            value = value.get(target or "")
        if value is not None:
            given = value if isinstance(value, list) else [str(value)]
            cats.update({f"{name}__{code}": float(code in given) for code in layer.values})
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

    packed = DocBin(attrs=["ORTH", "SENT_START"], store_user_data=True)
    same: dict[tuple[tuple[str, float], ...], dict[str, float]] = {}  # few combinations stand in many rows
    empty = 0
    doc = None
    for row in rows:
        cats = _cats(row, questions)
        if not cats:
            empty += not row.skipped
            continue
        unit = material.units[row.sentence_id]
        if doc is None or doc.user_data["sentence_id"] != row.sentence_id:
            doc = nlp.make_doc(unit.text)
            for token in doc:
                token.is_sent_start = token.i == 0
            doc.user_data = {"sentence_id": row.sentence_id, "commentary_id": unit.commentary_id}
        doc.user_data["coder"] = row.coder
        doc.cats = same.setdefault(tuple(cats.items()), cats)
        packed.add(doc)
    material.left_out["sentences and coders without a code"] += empty
    content: bytes = packed.to_bytes()
    return content


def _config(language: str, questions: list[_Question]) -> str:
    """One question with one answer is exclusive; all others are asked at once, of one model."""
    exclusive = len(questions) == 1 and not KINDS[questions[0][1].kind].several
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
