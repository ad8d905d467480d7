"""What a model suggests for the sentences of a study: the same, whoever asks for it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from annotate.study.folder import Study
from annotate.sync.suggestions import (
    TaskSuggestion,
    coded_directions,
    keep_shared,
    not_shared,
    shared_targets,
)
from schemas.codebook import Codebook
from schemas.controls import control_name
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, ContextSentence, Prediction
from schemas.studio_json import to_result

if TYPE_CHECKING:
    from train.model import Model
    from train.predict import Suggestions

#: Stance layer → target → how often an annotator gave each code in a commentary.
Coded = Mapping[str, Mapping[str, Counter[str]]]


class Suggester:
    """A model beside a study's codebook, and what each annotator has coded as of the last pull.

    ``unshared`` are the layers and targets that model and codebook do not have alike.
    """

    def __init__(self, model: "Model", study: Study, codebook: Codebook) -> None:
        self.model, self.codebook = model, codebook
        self.version = model.meta.model_version
        self.unshared = not_shared(model.meta.book, codebook)
        self._targets = shared_targets(model.meta.book, self.unshared)
        self._coded = coded_directions(
            read_jsonl(study.annotations, Annotation) if study.annotations.exists() else (), codebook
        )
        self._results: dict[bytes, msgspec.Raw] = {}

    def predict(self, rows: Sequence[ContextSentence]) -> Iterator[Prediction]:
        """What the model alone says, of whole commentaries; asked only for what may be suggested."""
        from train.predict import predict_stream

        return predict_stream(self.model, rows, asked=[self._targets] * len(rows))

    def coded(self, annotator: str, commentary_id: str) -> Coded | None:
        """The directions that this annotator has coded in a commentary: they count for them alone."""
        return self._coded.get(annotator, {}).get(commentary_id)

    def certain(self, prediction: Prediction) -> "Suggestions":
        """What is certain enough of a prediction, in layers and targets that model and codebook share."""
        from train.predict import suggestions

        found = suggestions(self.model, prediction)
        return found._replace(layers=keep_shared(found.layers, self.unshared, self.codebook))

    def suggest(self, prediction: Prediction, coded: Coded | None = None) -> TaskSuggestion | None:
        """What may be shown of a prediction; None where nothing is certain enough.

        Parameters
        ----------
        coded
            What the annotator to whom it is shown has coded in the commentary.
        """
        from train.predict import can_be_coded, with_coded

        if coded:
            prediction = with_coded(self.model, prediction, coded)
        suggested = self.certain(prediction)
        layers = suggested.layers
        result = to_result(layers, self.codebook)
        touched = [
            (name, target)
            for name, targets in suggested.touched.items()
            for target in targets
            if name not in self.unshared and control_name(name, target) not in self.unshared
        ]
        if not result and not touched:
            return None
        ticked = {item["from_name"] for item in result}
        scores = [score for name, score in suggested.confidence.items() if name.partition("__")[0] in layers]
        encoded = msgspec.json.encode(result)
        return TaskSuggestion(
            result=self._results.setdefault(encoded, msgspec.Raw(encoded)) if result else None,
            score=round(min(scores, default=0.0), 6),
            touched=tuple(target for _, target in touched),
            from_author=tuple(name.partition("__")[2] for name in suggested.from_author if name in ticked),
            from_commentary=not ticked.isdisjoint(suggested.from_commentary),
            commentary=prediction.commentary_id,
            undirected=tuple(
                target for name, target in touched if can_be_coded(self.model, prediction, name, target)
            ),
        )
