"""Coded sentences of one pattern, from which a small model learns fast."""

import random

from schemas.records import GoldSentence

GOOD, BAD = ("nützt allen", "ist klug", "hilft sehr"), ("schadet allen", "ist dumm", "kostet viel")


def gold() -> list[GoldSentence]:
    """Two authors, of whom one is always for the limit and the other always against it."""
    rng = random.Random(1)
    rows = []
    for c in range(8):
        for n in range(20):
            good = c % 2 == 0
            verb = rng.choice(GOOD if good else BAD)
            kind = rng.choice(("own", "own", "other", "off"))
            text = {
                "own": f"Das Tempolimit {verb}, und zwar in Ort {rng.randrange(99)}.",
                "other": f"Das Tempolimit sei Unfug, sagte Herr Q{rng.randrange(99)} dazu.",
                "off": f"Im Wald von Ort {rng.randrange(99)} regnet es seit {rng.randrange(99)} Tagen.",
            }[kind]
            stance = ("favor" if good else "against") if kind == "own" else "unrelated"
            layers = {
                "voice": "other" if kind == "other" else "author",
                "function": "claim" if kind == "own" else "report",
                "stance": {"tempolimit": stance, "smartphone": "unrelated"},
                "rhetoric": ["irony"] if kind == "own" and n % 3 == 0 else ["none"],
            }
            rows.append(
                GoldSentence(
                    sentence_id=f"c{c}:{n}",
                    commentary_id=f"c{c}",
                    text=text,
                    author="Grete Halm" if good else "Olaf Rinn",
                    layers=layers,
                )
            )
    return rows
