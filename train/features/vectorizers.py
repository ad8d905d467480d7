"""The features as scikit-learn transformers: for pipelines of one's own.

Our models use the classes behind them, which know nothing of scikit-learn: importing it takes longer
than tagging a text.
"""

from sklearn.base import BaseEstimator, TransformerMixin

from train.features.sentence import SentenceFeatures
from train.features.token_counts import TokenCounts
from train.features.topics import TopicProfiles


# ours come first: scikit-learn's mixin would fit and transform in two passes
class SentenceVectorizer(SentenceFeatures, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """`train.features.sentence.SentenceFeatures` for texts or passages."""


class TokenVectorizer(TokenCounts, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """`train.features.token_counts.TokenCounts` for texts, passages or lists of tokens."""


class TopicVectorizer(TopicProfiles, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """`train.features.topics.TopicProfiles` for commentaries; ``y`` are the shares that touch a target."""
