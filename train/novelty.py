"""The share of n-grams in a text that are new to a model, compared with that of its training texts."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from schemas.records import GoldSentence, Record, short_hash
from train.features.analyzers import words
from train.features.sentence import SentenceFeatures
from train.settings import Share

VOCABULARIES = ("word", "pair")  # the features that a text's n-grams are looked up in
MIN_ROWS = 2  # rows an n-gram must occur in to be a feature of that block
MIN_NGRAMS = 100  # below that a share means nothing
MIN_COMMENTARIES = 5
_LEVEL = 0.05
_KEPT = 200


class NoveltyReference(Record, frozen=True, kw_only=True):
    """What a model remembers of its material, to know it again.

    Parameters
    ----------
    authors
        Hashes of their names.
    unknown
        For each commentary of the training the share of its n-grams that the others do not have,
        in rising order; of very many commentaries the quantiles.
    """

    authors: list[str]
    unknown: list[Share]


class Novelty(NamedTuple):
    """The share of unknown n-grams in a text, the training's median, and whether it is unusually high."""

    novelty_share: float
    typical: float
    is_unusual: bool


def novelty_reference(rows: Sequence[GoldSentence]) -> NoveltyReference:
    """What to remember of the rows a model is trained on."""
    total: Counter[str] = Counter()
    commentaries: dict[str, list[list[str]]] = defaultdict(list)
    for row in rows:
        ngrams = words(row.text)
        commentaries[row.commentary_id].append(ngrams)
        total.update(set(ngrams))
    shares = sorted(
        round(share, 4) for texts in commentaries.values() if (share := _left_out(texts, total)) is not None
    )
    return NoveltyReference(
        authors=sorted({author_hash(row.author) for row in rows if row.author}), unknown=_thinned(shares)
    )


def author_hash(name: str) -> str:
    """A name under which a model remembers an author without storing the name."""
    return short_hash(" ".join(name.casefold().split()), 16)


def commentary_hash(commentary_id: str) -> str:
    """A name under which a model remembers a commentary without storing its title."""
    return short_hash(commentary_id, 16)


def known_ngrams(features: SentenceFeatures) -> frozenset[str]:
    """The n-grams a model has features for."""
    ngrams = [term for name in VOCABULARIES for term in features.terms_[name].split("\n")]
    return frozenset(ngrams) - {""}


def novelty(
    texts: Iterable[str], known: frozenset[str], reference: NoveltyReference | None
) -> Novelty | None:
    """How new the sentences of a commentary are; None where it cannot be measured.

    Unusual is a share that at most one in twenty commentaries of the training reaches when it is
    held against the others (a conformal p-value of 0.05, Laxhammar & Falkman 2010; below twenty
    commentaries: one that none reaches).
    """
    ngrams = [ngram for text in texts for ngram in words(text)]
    if (
        not known
        or reference is None
        or len(reference.unknown) < MIN_COMMENTARIES
        or len(ngrams) < MIN_NGRAMS
    ):
        return None
    share = (len(ngrams) - sum(map(known.__contains__, ngrams))) / len(ngrams)
    shares = reference.unknown
    as_new = len(shares) - bisect_left(shares, share)
    allowed = max(0, int(_LEVEL * (len(shares) + 1)) - 1)
    return Novelty(round(share, 4), median(shares), as_new <= allowed)


def _left_out(texts: Sequence[Sequence[str]], total: Counter[str]) -> float | None:
    in_commentary = Counter(ngram for row_ngrams in texts for ngram in set(row_ngrams))
    ngrams = [ngram for row_ngrams in texts for ngram in row_ngrams]
    if len(ngrams) < MIN_NGRAMS:
        return None
    return sum(total[ngram] - in_commentary[ngram] < MIN_ROWS for ngram in ngrams) / len(ngrams)


def _thinned(shares: list[float]) -> list[float]:
    if len(shares) <= _KEPT:
        return shares
    return [shares[round(i * (len(shares) - 1) / (_KEPT - 1))] for i in range(_KEPT)]
