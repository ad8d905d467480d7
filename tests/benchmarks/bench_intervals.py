"""How often the interval of alpha holds the true one, by the number of commentaries: docs/agreement.md.

    python tests/benchmarks/bench_intervals.py [--studies N]

Studies are simulated: two people code commentaries of 17 sentences with one of three codes. Each commentary has shares
of codes of its own, and a share of its own of sentences in which both give the same code; in the others one of them
gives any. So the true alpha is that second share's mean. *Widened* is what `agree` gives, *percentiles* the same
bootstrap without what few commentaries ask for (`exports.agreement.bootstrap.widened`).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np

from exports.agreement.bootstrap import Draws, alpha_estimate
from exports.agreement.coefficients import Floats
from exports.agreement.ratings import Ratings

SIZES = (3, 5, 10, 20, 35)
SENTENCES, DRAWS = 17, 1000
#: How common the codes are.
SHARES = np.array([0.5, 0.3, 0.2])
#: The true alpha, and how alike commentaries are in it: the sum of a beta distribution's two numbers.
WAYS = ((0.8, 10), (0.6, 10), (0.8, 40))


def simulated(commentaries: int, alpha: float, alike: float, seed: int) -> Ratings:
    """What two people coded."""
    rng = np.random.default_rng(seed)
    first = np.array(
        [rng.choice(len(SHARES), SENTENCES, p=own) for own in rng.dirichlet(SHARES * 6, commentaries)]
    )
    same = rng.random(first.shape) < rng.beta(alpha * alike, (1 - alpha) * alike, (commentaries, 1))
    second = np.where(same, first, rng.choice(len(SHARES), first.shape, p=SHARES))
    return Ratings(
        values=np.stack([first.ravel(), second.ravel()], axis=1),
        unit=np.arange(first.size),
        group=np.repeat(np.arange(commentaries), SENTENCES),
        codes=list("abc"),
        members=np.eye(len(SHARES), dtype=bool),
    )


def intervals(studies: Sequence[Ratings], commentaries: int) -> Floats:
    """The two ends of alpha's interval of each study."""
    draws = Draws(np.arange(commentaries), commentaries, number=DRAWS, seed=0)
    return np.array([alpha_estimate(study, "nominal", draws).interval for study in studies])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--studies", type=int, default=400)
    number = parser.parse_args().studies
    write = sys.stdout.write
    write(
        f"{number} simulated studies a row: how many of 100 intervals hold the true alpha, and their mean width\n"
    )
    write("| true alpha, ± between commentaries | commentaries | widened | width | percentiles | width |\n")
    write("|" + "---|" * 6 + "\n")
    for alpha, alike in WAYS:
        spread = np.sqrt(alpha * (1 - alpha) / (alike + 1))
        for size in SIZES:
            studies = [simulated(size, alpha, alike, seed) for seed in range(number)]
            ways = [intervals(studies, size)]
            with patch("exports.agreement.bootstrap.widened", lambda interval, *_: interval):
                ways.append(intervals(studies, size))
            cells = "".join(
                f" {100 * ((low <= alpha) & (alpha <= high)).mean():.1f} | {(high - low).mean():.2f} |"
                for low, high in (way.T for way in ways)
            )
            write(f"| {alpha} ± {spread:.2f} | {size} |{cells}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
