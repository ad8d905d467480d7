"""Stances and persuasion techniques in the forms of published data sets, under their names.

A code has the name that the codebook gives it in ``maps``; what has none is left out and counted. Sources:
README of x-stance (Vamvas and Sennrich 2020); readme of the training data of SemEval-2016 task 6 (Mohammad
et al. 2016); README of the data of SemEval-2023 task 3 (Piskorski et al. 2023).
"""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from exports.formats.material import Answers, Material, Unit, sure_layers
from exports.formats.options import Options
from schemas.codebook import Codebook
from schemas.errors import SettingsError
from schemas.kinds import KINDS
from schemas.layer import Code, Layer
from schemas.records import UNRELATED, short_hash
from schemas.schemes import SCHEMES, SEMEVAL_2023_GROUPS

#: What the codes of a stance are called where the codebook does not say it.
_STANCES = {"favor": "FAVOR", "against": "AGAINST"}
#: The codes' own names of the splits.
_XSTANCE = {"train": "train", "validation": "valid", "test": "test"}
_SEMEVAL = {"train": "train", "validation": "dev", "test": "test"}
#: How x-stance calls the part of its test whose questions are known, by language.
_TEST_SETS = {"de": "new_comments_defr", "fr": "new_comments_defr", "it": "new_comments_it"}
_TECHNIQUES = [name for name in SCHEMES["semeval-2023"] if name not in SEMEVAL_2023_GROUPS]


# ------------------------------------------------------------------ stances


class Stance(NamedTuple):
    """One toward a target, under its published name."""

    row: Answers
    unit: Unit
    target: str
    name: str


def write_xstance(material: Material, folder: Path, options: Options) -> None:
    """``train.jsonl``, ``valid.jsonl`` and ``test.jsonl``.

    ``author`` is a hash; ``numerical_label`` is null, for a code has no degree. Behind the keys of x-stance
    stand ids of ours and who coded.
    """
    book, numbers = material.codebook, count(1)
    stances = _Stances(material, "x-stance", "x-stance", untouched=None)
    for split, name in _XSTANCE.items():
        with open(folder / f"{name}.jsonl", "wb") as file:
            for stance, number in zip(stances.of(split), numbers, strict=False):
                row = _xstance_row(number, stance, material, book)
                file.write(msgspec.json.encode(row) + b"\n")
    stances.check_found()


def _xstance_row(number: int, stance: Stance, material: Material, book: Codebook) -> dict[str, Any]:
    unit = stance.unit
    commentary = material.commentaries[unit.commentary_id]
    row: dict[str, Any] = {
        "id": number,
        "language": material.language,
        "question_id": book.target_ids.index(stance.target) + 1,
        "question": _question(book, stance.target),
        "comment": unit.text,
        "label": stance.name,
        "numerical_label": None,
        "author": short_hash(commentary.author or unit.commentary_id, 12),
        "topic": stance.target,
    }
    if material.splits.of[unit.commentary_id] == "test":
        row["test_set"] = _TEST_SETS.get(material.language, "new_comments")
    return row | {
        "sentence_id": unit.sentence_id,
        "commentary_id": unit.commentary_id,
        "coder": stance.row.coder,
    }


def write_semeval_stance(material: Material, folder: Path, options: Options) -> None:
    """``train.txt``, ``dev.txt`` and ``test.txt`` (ID, Target, Tweet, Stance), and ``ids.tsv``."""
    numbers = count(1)
    stances = _Stances(material, "semeval-2016", "SemEval-2016 task 6", untouched="NONE")
    with open(folder / "ids.tsv", "w", encoding="utf-8", newline="") as ids:
        ids.write("ID\tsentence_id\tcommentary_id\ttarget\tcoder\n")
        for split, name in _SEMEVAL.items():
            with open(folder / f"{name}.txt", "w", encoding="utf-8", newline="") as file:
                file.write("ID\tTarget\tTweet\tStance\n")
                for stance, number in zip(stances.of(split), numbers, strict=False):
                    unit, question = stance.unit, _question(material.codebook, stance.target)
                    file.write(f"{number}\t{_line(question)}\t{_line(unit.text)}\t{stance.name}\n")
                    own = [unit.sentence_id, unit.commentary_id, stance.target, stance.row.coder]
                    ids.write("\t".join([str(number), *map(_line, own)]) + "\n")
    stances.check_found()


class _Stances:
    """What was coded, under the names of a scheme.

    Parameters
    ----------
    called
        The scheme, as messages say it.
    untouched
        Its name for a target that is not touched, if it has one.

    Raises
    ------
    SettingsError
        No layer has stances.
    """

    def __init__(self, material: Material, scheme: str, called: str, *, untouched: str | None) -> None:
        layers = [layer for layer in material.codebook.layers if KINDS[layer.kind].by_target]
        if not layers:
            raise SettingsError(f"{called} holds stances: no layer that is exported is of the kind stance")
        material.leave_out_unsure()
        _count_others(material, layers, called)
        self._material, self._called, self._found = material, called, 0
        self._names = {layer.id: _stance_names(layer, scheme, untouched) for layer in layers}

    def of(self, split: str) -> Iterator[Stance]:
        """Those of a split; counts what has no name."""
        left_out, called = self._material.left_out, self._called
        for row in self._material.of_split(split):
            unit, sure = self._material.units[row.sentence_id], sure_layers(row)
            for layer_id, names in self._names.items():
                value = sure.get(layer_id)
                for target, code in value.items() if isinstance(value, dict) else ():
                    if (name := names.get(code)) is None:
                        left_out[f"answers {layer_id}: {code}, which {called} has no name for"] += 1
                    else:
                        self._found += 1
                        yield Stance(row, unit, target, name)

    def check_found(self) -> None:
        """Raises a SettingsError where there was none at all."""
        if not self._found:
            left = (+self._material.left_out).items()
            said = "; ".join(f"{n:,} {words}" for words, n in left if words.startswith("answers"))
            words = f"there is no answer that {self._called} has a name for"
            raise SettingsError(f"{words}: {said or 'nothing was coded'}")


def _stance_names(layer: Layer, scheme: str, untouched: str | None) -> dict[str, str]:
    names = {UNRELATED: untouched} if untouched else {}
    for code in layer.codes:
        mapped = _mapped(code, scheme) if scheme in code.maps else [_STANCES.get(code.id, "")]
        if len(mapped) == 1 and mapped[0]:
            names[code.id] = mapped[0]
    return names


def _mapped(code: Code, scheme: str) -> list[str]:
    names = code.maps.get(scheme, [])
    return [names] if isinstance(names, str) else names


def _question(book: Codebook, target: str) -> str:
    known = book.target(target)
    return book.say(known.question) if known else target


# ------------------------------------------------------------------ techniques


def write_semeval2023(material: Material, folder: Path, options: Options) -> None:
    """Subtask 3: for each split a folder of articles, labels and a template; and ``lines.tsv``.

    An article has its title, an empty line, and a sentence a line; a sentence that was not coded has no line
    in labels and template.

    Raises
    ------
    SettingsError
        No code is a technique of the task, or several models answered.
    """
    book = material.codebook
    layers = [layer for layer in book.layers if any(_techniques(code) for code in layer.codes)]
    if not layers:
        raise SettingsError(
            f"no code of {book.codebook} {book.version} that is exported is one of the 23 techniques of "
            "SemEval-2023 task 3 (`maps: {semeval-2023: …}`; names of its groups are too coarse)"
        )
    if len(material.coders) > 1:
        models = ", ".join(material.coders[:5])
        raise SettingsError(f"SemEval-2023 task 3 holds one answer a sentence, found those of {models}")
    material.leave_out_unsure()
    _count_others(material, layers, "SemEval-2023 task 3")
    said = material.by_unit()
    with open(folder / "lines.tsv", "w", encoding="utf-8", newline="") as lines:
        lines.write("article_id\tline\tsentence_id\tcommentary_id\n")
        for split, name in _SEMEVAL.items():
            labels, template = [], []
            articles = folder / f"{name}-articles-subtask-3"
            for number, (commentary, units) in enumerate(material.by_commentary(), start=1):
                if material.splits.of[commentary.commentary_id] != split:
                    continue
                articles.mkdir(exist_ok=True)
                texts = [_line(unit.text) for unit in units]
                article = "\n".join([_line(commentary.title), "", *texts]) + "\n"
                (articles / f"article{number}.txt").write_text(article, "utf-8", newline="")
                for line, (unit, text) in enumerate(zip(units, texts, strict=True), start=3):
                    lines.write(f"{number}\t{line}\t{unit.sentence_id}\t{unit.commentary_id}\n")
                    if (found := _found(said[unit.sentence_id][0], layers, material)) is None:
                        material.left_out["sentences that no layer of techniques was coded in"] += 1
                        continue
                    labels.append(f"{number}\t{line}\t{','.join(found)}\n")
                    template.append(f"{number}\t{line}\t{text}\n")
            (folder / f"{name}-labels-subtask-3.txt").write_text("".join(labels), "utf-8", newline="")
            (folder / f"{name}-labels-subtask-3.template").write_text("".join(template), "utf-8", newline="")


def _techniques(code: Code) -> list[str]:
    return [name for name in _mapped(code, "semeval-2023") if name in _TECHNIQUES]


def _found(row: Answers, layers: Sequence[Layer], material: Material) -> list[str] | None:
    """The techniques of a sentence in the order of the task's list; None where nothing was coded."""
    sure = sure_layers(row)
    coded = [layer for layer in layers if layer.id in sure]
    names: set[str] = set()
    for layer in coded:
        given = sure[layer.id]
        codes = given if isinstance(given, list) else [str(given)]
        groups = {parent for code in codes for parent in layer.parents(code)}
        for code in layer.codes:
            if code.id not in codes:
                continue
            techniques = _techniques(code)
            names.update(techniques)
            if not techniques and code.id not in groups and code.id not in layer.exclusive:
                material.left_out[f"answers {layer.id}: {code.id}, which is no technique of the task"] += 1
    return [name for name in _TECHNIQUES if name in names] if coded else None


# ------------------------------------------------------------------ both


def _count_others(material: Material, layers: Sequence[Layer], called: str) -> None:
    known = {layer.id for layer in layers}
    for row in material.rows:
        for name in row.layers:
            if name not in known:
                material.left_out[f"answers of the layer {name}, which {called} has not"] += 1


def _line(text: str | None) -> str:
    """A text in one line and one cell."""
    return " ".join((text or "").split())
