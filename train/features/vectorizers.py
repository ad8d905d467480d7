"""The features as a scikit-learn transformer: for pipelines of one's own.

Our models use the class behind it, which knows nothing of scikit-learn: importing that takes longer
than tagging a text.
"""

from sklearn.base import BaseEstimator, TransformerMixin

from train.features.sentence import SentenceFeatures


# ours come first: scikit-learn's mixin would fit and transform in two passes
class SentenceVectorizer(SentenceFeatures, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """`train.features.sentence.SentenceFeatures` for texts or passages."""
