"""The rules of adjudication: each decides one question from its votes, or leaves it open.

A question is a layer of a sentence, and of a stance one target, of a set one code.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec import Struct

from exports.adjudication.dawid_skene import chances_to_be_right, dawid_skene
from exports.adjudication.kinds import KINDS
from exports.adjudication.question import Competence, Question, Rule, Value, Votes
from exports.agreement.coefficients import Floats
from exports.agreement.ratings import to_frame
from schemas.codebook import Codebook
from schemas.errors import SettingsError, near_hit
from schemas.records import Annotation, is_unknown

EXPERT = "expert:"
_BY_PERSON = "dawid-skene"


class ByVotes(Struct, frozen=True):
    """A rule that looks at the votes on a question alone."""

    decision: Callable[[Votes], Value | None]
    competence: Mapping[str, Mapping[str, Competence]] = {}

    def decide(self, question: Question, votes: Votes) -> Value | None:
        return self.decision(votes)

    def shares(self, question: Question, votes: Votes) -> dict[Value, float]:
        return {value: number / len(votes) for value, number in Counter(votes.values()).items()}


def majority(votes: Votes) -> Value | None:
    """The value most annotators gave; None where two have as many votes."""
    counted = Counter(votes.values())
    most = max(counted.values(), default=0)
    first = [value for value, number in counted.items() if number == most]
    return first[0] if len(first) == 1 else None


def unanimous(votes: Votes) -> Value | None:
    """The value that all gave; None where anyone differs."""
    values = set(votes.values())
    return values.pop() if len(values) == 1 else None


def expert(name: str, votes: Votes) -> Value | None:
    """The value the expert gave; where they gave none, the majority's."""
    return votes[name] if name in votes else majority(votes)


class Estimated(Struct, frozen=True):
    """Dawid and Skene's rule: where annotators differ, the value most likely behind what they gave.

    ``posteriors`` holds for each layer and part the probabilities of its values, sentence by
    sentence; ``index`` is the row of a sentence in them.
    """

    index: dict[str, int]
    posteriors: dict[tuple[str, str], tuple[list[Value], Floats]]
    competence: Mapping[str, Mapping[str, Competence]]

    def decide(self, question: Question, votes: Votes) -> Value | None:
        # what all gave stands: the estimate is for settling differences
        agreed = unanimous(votes)
        if agreed is not None:
            return agreed
        value, share = max(self.shares(question, votes).items(), key=lambda item: item[1])
        return value if share > 0.5 else None

    def shares(self, question: Question, votes: Votes) -> dict[Value, float]:
        values, posterior = self.posteriors[question.layer_id, question.part]
        row = posterior[self.index[question.sentence_id]]
        return {value: round(float(share), 9) for value, share in zip(values, row, strict=True)}


def estimated(annotations: Sequence[Annotation], codebook: Codebook) -> Rule:
    """Estimates who errs how, layer by layer; of a stance by target, of a set by code."""
    frame = to_frame(annotations)
    posteriors: dict[tuple[str, str], tuple[list[Value], Floats]] = {}
    right: dict[tuple[str, str], list[float]] = {}
    for layer in (layer for layer in codebook.layers if layer.kind in KINDS):
        for part, values, ratings in KINDS[layer.kind].ratings(frame, layer, codebook):
            posterior = dawid_skene(ratings.values, len(ratings.codes)).posterior
            posteriors[layer.id, part] = values, posterior
            chances = chances_to_be_right(ratings.values, posterior)
            for who, of_one in zip(frame.annotators, chances, strict=True):
                right.setdefault((who, layer.id), []).extend(of_one)
    competence: dict[str, dict[str, Competence]] = {}
    for (who, layer_id), given in right.items():
        if given:
            competence.setdefault(who, {})[layer_id] = competence_of(given)
    index = {sentence_id: n for n, sentence_id in enumerate(frame.sentences)}
    return Estimated(index, posteriors, competence)


def competence_of(chances: Sequence[float]) -> Competence:
    """The mean chance to be right; its interval is that of a share of half as many codings.

    Who is right is not known but estimated: so a test asks no more of the interval than to hold the
    truth in 88 of 100 simulated cases, with 3 and 5 annotators. With two annotators none does.
    """
    from scipy.stats import beta

    n, right = len(chances), sum(chances)
    low, high = beta.ppf([0.025, 0.975], right / 2 + 0.5, (n - right) / 2 + 0.5).tolist()
    return Competence(n=n, right=round(right / n, 6), interval=(round(low, 6), round(high, 6)))


def _by_votes(decision: Callable[[Votes], Value | None]) -> Callable[[Sequence[Annotation], Codebook], Rule]:
    return lambda annotations, codebook: ByVotes(decision)


#: Name → what makes the rule from all codings; ``expert:NAME`` comes besides.
RULES: dict[str, Callable[[Sequence[Annotation], Codebook], Rule]] = {
    "majority": _by_votes(majority),
    "unanimous": _by_votes(unanimous),
    _BY_PERSON: estimated,
}


def load_rule(name: str, annotations: Sequence[Annotation], codebook: Codebook) -> Rule:
    """The rule of this name.

    Raises
    ------
    SettingsError
        There is no such rule, no coding by the annotator of ``expert:NAME``, or one by nobody known
        where the rule rests on who errs how.
    """
    by_nobody = sum(is_unknown(row.annotator) for row in annotations)
    if name == _BY_PERSON and by_nobody:
        raise SettingsError(
            f"{name} estimates who errs how, and {by_nobody} codings are by nobody known; say who made "
            "them (--names), or choose majority or unanimous",
            flag="--rule",
        )
    if name in RULES:
        return RULES[name](annotations, codebook)
    if not name.startswith(EXPERT):
        known = [*RULES, f"{EXPERT}NAME"]
        raise SettingsError(
            f'no rule "{name}"{near_hit(name, known)}; expected {", ".join(known)}', flag="--rule"
        )
    who = name.removeprefix(EXPERT)
    annotators = {row.annotator for row in annotations if not is_unknown(row.annotator)}
    if who not in annotators:
        raise SettingsError(
            f'no coding by the expert "{who}"{near_hit(who, annotators)}; '
            f"there are codings by {', '.join(sorted(annotators)) or 'nobody'}",
            flag="--rule",
        )
    return ByVotes(partial(expert, who))
