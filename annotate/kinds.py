"""How the answers and codings of each kind of layer are shown, counted and made cells of a table.

A kind that is not in the table is treated as one answer a sentence, which serves a code, a step of a
scale and a number alike.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import schemas.kinds
from schemas.codebook import Codebook, Layer
from schemas.records import UNRELATED, CodePrediction, LayerPrediction, LayerValue, SetPrediction
from schemas.studio_json import control_name

#: The name of a layer or of a target in it, and what a coding says of it.
Line = tuple[str, str]
#: Stand for a code where the model abstained, and where it is sure of the touch alone; no code is named so.
UNDECIDED, DIRECTION_OPEN = "?", "direction-open"


class Kind:
    """One answer a sentence; other kinds say where they differ.

    ``answer`` is a model's answer to a layer as a prediction has it, ``value`` what a person coded.
    """

    def single_answers(self, answer: Any) -> list[Any]:
        """What is answered or abstained from by itself."""
        return [answer]

    def by_people(self, value: Any) -> LayerPrediction | None:
        """A person's coding as an answer that a page can show: sure, and without any probability."""
        return sure(value)

    def overlaid(self, before: Any, answer: Any) -> Any:
        """A person's answer over the model's."""
        return answer

    def shown_codes(self, answer: Any) -> list[str]:
        """The codes that a page counts, `UNDECIDED` among them where the model abstained."""
        return [UNDECIDED if answer.abstained else str(answer.code)]

    # ------------------------------------------------------------------ tables and terminal

    def columns(self, layer: Layer, targets: Sequence[str]) -> list[tuple[str, type]]:
        return _single_columns(layer.id)

    def cells(self, name: str, answer: Any) -> dict[str, Any]:
        return _single_cells(name, answer)

    def brief(self, layer: Layer, answer: Any, codebook: Codebook) -> str:
        """An answer in a few words; a question mark says that the model abstained."""
        return f"{label_of(layer, str(answer.code), codebook)}{'?' if answer.abstained else ''}"

    # ------------------------------------------------------------------ Label Studio

    def lines(self, layer: Layer, value: Any, codebook: Codebook, undecided: Sequence[str]) -> list[Line]:
        """A coding in words for the adjudicator."""
        return [(layer.id, f"{codebook.say(layer.label)}: {self.words(layer, value, codebook)}")]

    def words(self, layer: Layer, value: Any, codebook: Codebook) -> str:
        return label_of(layer, str(value), codebook)

    def shared(
        self, layer: Layer, value: Any, unshared: Sequence[str], codebook: Codebook
    ) -> LayerValue | None:
        """The part of a model's value that the study's codebook knows; None: nothing may be suggested."""
        return None if schemas.kinds.KINDS[layer.kind].strange(layer, value, codebook.target_ids) else value

    def left_ticked(self, value: Any, is_open: bool) -> LayerValue | None:
        """What of a gold value an adjudicator finds ticked; ``is_open``: something of it is undecided."""
        kept: LayerValue = value
        return kept


class Several(Kind):
    """A set of codes."""

    def by_people(self, value: Any) -> LayerPrediction | None:
        # no code at all is an answer too: it takes the model's codes away
        return SetPrediction(codes=list(value), scores={}, thresholds={})

    def shown_codes(self, answer: Any) -> list[str]:
        return [*decided(answer), *([UNDECIDED] if answer.abstained else [])]

    def columns(self, layer: Layer, targets: Sequence[str]) -> list[tuple[str, type]]:
        return [(layer.id, str), (f"{layer.id}__abstained", str)]

    def cells(self, name: str, answer: Any) -> dict[str, Any]:
        return {name: "|".join(answer.codes), f"{name}__abstained": "|".join(answer.abstained)}

    def brief(self, layer: Layer, answer: Any, codebook: Codebook) -> str:
        named = [label_of(layer, code, codebook) for code in decided(answer)]
        unsure = [f"{label_of(layer, code, codebook)}?" for code in answer.abstained]
        return ", ".join([*named, *unsure]) or "–"

    def words(self, layer: Layer, value: Any, codebook: Codebook) -> str:
        return ", ".join(label_of(layer, code, codebook) for code in value) or "nichts"


class Stance(Kind):
    """An answer toward each target."""

    def single_answers(self, answer: Any) -> list[Any]:
        # a sentence touches few of many targets: the others would be nearly all answers, and nearly all sure
        return [one for one in answer.values() if one.abstained or one.code != UNRELATED]

    def by_people(self, value: Any) -> LayerPrediction | None:
        return {target: sure(code) for target, code in value.items()} or None

    def overlaid(self, before: Any, answer: Any) -> Any:
        return {**before, **answer}

    def shown_codes(self, answer: Any) -> list[str]:
        return []  # its marks say it, target by target

    def columns(self, layer: Layer, targets: Sequence[str]) -> list[tuple[str, type]]:
        names = [control_name(layer.id, target) for target in targets]
        return [column for name in names for column in (*_single_columns(name), (f"{name}__touched", bool))]

    def cells(self, name: str, answer: Any) -> dict[str, Any]:
        cells: dict[str, Any] = {}
        for target, toward in answer.items():
            column = control_name(name, target)
            cells |= _single_cells(column, toward)
            cells[f"{column}__touched"] = toward.touch_sure or toward.is_directed
        return cells

    def brief(self, layer: Layer, answer: Mapping[str, CodePrediction], codebook: Codebook) -> str:
        """The touched targets with their codes; a question mark alone says that the direction is unsure."""
        touched = [
            f"{target} {'?' if toward.is_touched_only else label_of(layer, str(toward.code), codebook)}"
            for target, toward in answer.items()
            if toward.is_touched_only or toward.is_directed
        ]
        return ", ".join(touched) or "–"

    def lines(self, layer: Layer, value: Any, codebook: Codebook, undecided: Sequence[str]) -> list[Line]:
        """The targets that are touched or open; the others go without saying, but not that it was none."""
        lines = []
        for target in codebook.targets:
            name, code = control_name(layer.id, target.id), value.get(target.id)
            if code is not None and (name in undecided or code != UNRELATED):
                words = "nicht berührt" if code == UNRELATED else label_of(layer, code, codebook)
                lines.append((name, f"{codebook.say(target.question)} {words}"))
        if layer.no_target and value and set(value.values()) == {UNRELATED}:
            lines.append((layer.id, f"{codebook.say(layer.label)}: {codebook.say(layer.no_target.label)}"))
        return lines

    def shared(
        self, layer: Layer, value: Any, unshared: Sequence[str], codebook: Codebook
    ) -> LayerValue | None:
        known = layer.stance_values
        targets = {t: c for t, c in value.items() if control_name(layer.id, t) not in unshared and c in known}
        # "no target" is a word about all of them: it is not said where one was not answered
        is_said = set(targets.values()) - {UNRELATED} or set(targets) == set(codebook.target_ids)
        return targets if is_said else None

    def left_ticked(self, value: Any, is_open: bool) -> LayerValue | None:
        touched = {target: code for target, code in value.items() if code != UNRELATED}
        return (touched or None) if is_open else value


class Words(Kind):
    """Free text."""

    def words(self, layer: Layer, value: Any, codebook: Codebook) -> str:
        return f"„{value}“"


#: Where a kind differs from one answer a sentence.
KINDS: dict[str, Kind] = {"set": Several(), "stance": Stance(), "text": Words()}
_ONE = Kind()


def kind_of(layer: Layer | None) -> Kind:
    """How answers of a layer are shown; one that the codebook does not know has one answer."""
    return KINDS.get(layer.kind, _ONE) if layer else _ONE


def sure(code: Any) -> CodePrediction:
    """A person's code as an answer."""
    return CodePrediction(code=code, score=1.0, threshold=0.0, abstained=False, scores={})


def decided(answer: SetPrediction) -> list[str]:
    """The codes of a set that the model stands by: it may give one and abstain from it."""
    return [code for code in answer.codes if code not in answer.abstained]


def label_of(layer: Layer, code_id: str, codebook: Codebook) -> str:
    """The name of a code in the codebook's language; its id where the codebook does not know it."""
    for code in layer.codes:
        if code.id == code_id:
            return codebook.say(code.label)
    return code_id


def _single_columns(name: str) -> list[tuple[str, type]]:
    return [(name, str), (f"{name}__score", float), (f"{name}__abstained", bool)]


def _single_cells(name: str, answer: CodePrediction) -> dict[str, Any]:
    return {name: str(answer.code), f"{name}__score": answer.score, f"{name}__abstained": answer.abstained}
