"""The codebook's examples of its codes, from which a model learns beside the coded sentences."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import msgspec

from schemas.codebook import Code, Codebook, Example, Layer
from schemas.records import GoldSentence
from train.data.near_duplicates import repeated
from train.layers.kinds import KINDS


def examples_of(codebook: Codebook, rows: Sequence[GoldSentence]) -> list[GoldSentence]:
    """The examples of layers whose items are sentences, each as a commentary of its own with that one layer.

    A near miss is an example of the code that it says to give instead. Examples that stand among the rows,
    nearly or word for word, are left out (`without_copies`): with them a sentence would be known before it is
    held out.
    """
    return list(_examples(without_copies(codebook, rows)))


def without_copies(codebook: Codebook, rows: Sequence[GoldSentence]) -> Codebook:
    """The codebook without those examples that repeat a sentence of the rows."""
    given = [codebook.say(example.text) for layer in _taught(codebook) for example, _ in _all_of(layer)]
    copies = repeated(given, (row.text for row in rows))
    if not copies:
        return codebook

    def kept(examples: Iterable[Example]) -> list[Example]:
        return [example for example in examples if codebook.say(example.text) not in copies]

    def kept_code(code: Code) -> Code:
        return msgspec.structs.replace(code, examples=kept(code.examples), near_misses=kept(code.near_misses))

    layers = [
        msgspec.structs.replace(layer, codes=[kept_code(code) for code in layer.codes])
        for layer in codebook.layers
    ]
    return msgspec.structs.replace(codebook, layers=layers)


def _examples(codebook: Codebook) -> Iterator[GoldSentence]:
    for layer in _taught(codebook):
        several = KINDS[layer.kind].several
        for i, (example, code) in enumerate(_all_of(layer)):
            name = f"codebook:{layer.id}:{i}"
            value: str | list[str] = [code] if several else code
            text = codebook.say(example.text)
            yield GoldSentence(
                sentence_id=name, commentary_id=name, text=text, before="", after="", layers={layer.id: value}
            )


def _taught(codebook: Codebook) -> Iterator[Layer]:
    """The layers whose examples say all that is coded: a stance's lack the target."""
    return (layer for layer in codebook.predicted_layers if not KINDS[layer.kind].has_targets)


def _all_of(layer: Layer) -> Iterator[tuple[Example, str]]:
    """Each example of a layer and the code it is of."""
    own = ((example, code.id) for code in layer.codes for example in code.examples)
    instead = (
        (miss, miss.instead) for code in layer.codes for miss in code.near_misses if miss.instead is not None
    )
    known = set(layer.code_ids)
    return ((example, code) for example, code in chain(own, instead) if code in known)
