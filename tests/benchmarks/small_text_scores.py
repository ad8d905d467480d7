"""How small-text would order sentences, in its own environment: probabilities on stdin, scores on stdout.

The lowest score is what it asks for first (least margin between the two likeliest classes).
"""

import json
import sys

import numpy as np
from small_text import BreakingTies
from small_text.data.datasets import TextDataset


class Fixed:
    """A classifier whose probabilities are known."""

    def __init__(self, probabilities: np.ndarray) -> None:
        self.probabilities = probabilities

    def predict_proba(self, dataset: TextDataset) -> np.ndarray:
        return self.probabilities


def main() -> None:
    probabilities = np.array(json.load(sys.stdin))
    n, classes = probabilities.shape
    rows = TextDataset.from_arrays(
        [str(i) for i in range(n)], np.zeros(n, int), target_labels=np.arange(classes)
    )
    strategy = BreakingTies()
    strategy.query(Fixed(probabilities), rows, np.arange(n), np.array([], int), np.array([], int), n=1)
    json.dump(np.asarray(strategy.scores_).tolist(), sys.stdout)


if __name__ == "__main__":
    main()
