"""Whether a piece is unlike what a model was trained on: its words, its author, its targets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from schemas.codebook import Codebook
from schemas.kinds import KINDS
from schemas.records import Commentary, Prediction, Record, Sentence

if TYPE_CHECKING:
    from train.model import Model

UNFAMILIAR, UNSEEN_AUTHOR = "unfamiliar_words", "unseen_author"


class Drift(Record, frozen=True, kw_only=True):
    """What is unlike the training data.

    ``unknown`` is the share of n-grams the model has no feature for, ``usual`` what it is in the
    middle piece of the training; null where a share says nothing. ``untested`` are the targets
    that were coded too seldom to judge them: the same for all pieces of a model.
    """

    notices: list[str] = []
    unknown: float | None = None
    usual: float | None = None
    untested: list[str] = []


class Watch:
    """A model's memory of its material, looked up once for many pieces."""

    def __init__(self, model: "Model") -> None:
        from train.novelty import known_ngrams
        from train.predict import is_tested

        self._familiar = model.meta.familiarity
        self._known = known_ngrams(model.features)
        stances = [layer.id for layer in model.meta.book.layers if layer.id in model.classifiers]
        self._untested = [
            target.id
            for target in model.meta.book.targets
            for layer in stances
            if KINDS[model.meta.layers[layer].kind].by_target and not is_tested(model, layer, target.id)
        ]

    def drift_of(self, commentary: Commentary, sentences: Sequence[Sentence]) -> Drift:
        from train.novelty import author_hash, novelty

        measured = novelty((s.text for s in sentences), self._known, self._familiar)
        notices = [UNFAMILIAR] if measured and measured.is_unusual else []
        authors = self._familiar.authors if self._familiar else []
        if commentary.author and authors and author_hash(commentary.author) not in authors:
            notices.append(UNSEEN_AUTHOR)
        return Drift(
            notices=notices,
            unknown=measured.novelty_share if measured else None,
            usual=measured.typical if measured else None,
            untested=self._untested,
        )


def drift_words(drift: Drift, codebook: Codebook) -> list[str]:
    """The notices as a reader is told them."""
    said = []
    if UNFAMILIAR in drift.notices and drift.unknown is not None and drift.usual is not None:
        said.append(
            f"Der Text ist dem Modell fremd: {drift.unknown:.0%} seiner Wörter und Wortpaare kennt es nicht, "
            f"üblich sind {drift.usual:.0%}. Seine Codes sind hier weniger verlässlich.".replace(
                "%", "\u00a0%"
            )
        )
    if UNSEEN_AUTHOR in drift.notices:
        said.append("Von diesem Autor hat das Modell keinen Text gelernt.")
    if drift.untested:
        names = [codebook.say(t.question) for t in codebook.targets if t.id in drift.untested]
        what = "dieser Frage" if len(names) == 1 else "diesen Fragen"
        said.append(f"Zu {what} hat das Modell kaum Beispiele gelernt: {' '.join(f'„{n}“' for n in names)}")
    return said


def with_notices(predictions: Sequence[Prediction], drift: Drift) -> list[Prediction]:
    """The predictions of a piece, each with its notices; as they are where there is none."""
    from msgspec.structs import replace

    return [replace(p, notices=drift.notices) for p in predictions] if drift.notices else list(predictions)
