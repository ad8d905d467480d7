"""From what people coded since to a model; where it is worse on what it has not seen, it is kept aside."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from annotate.study.connect import connect
from annotate.study.folder import Study, open_study
from annotate.sync.adjudication import adjudicate_study
from annotate.sync.pull import pull
from schemas.errors import DataError
from schemas.records import GoldSentence, Record

if TYPE_CHECKING:
    from train.evaluation.comparison import Difference
    from train.model import Model

#: Commentaries to compare two models on: of fewer, all may speak for one by chance (sign test, two-sided).
FEWEST = 6
#: The folder in ``models/`` of those that were not taken up; `Study.latest_model` does not look there.
ASIDE = "aside"


class Retrained(Record, frozen=True, kw_only=True):
    """What became of a training. ``why`` says it in words."""

    outcome: Literal["taken", "aside", "unchanged"]
    model_version: str
    folder: str
    why: str


class HeldOut(NamedTuple):
    """Two models on sentences that neither has learned from, by layer; ``on`` says which those are."""

    layers: Mapping[str, "Difference"]
    on: str


def retrain(folder: Path, current: Path, *, url: str | None = None, rule: str = "majority") -> Retrained:
    """Pulls, adjudicates and trains as the verbs do, and puts the model where it belongs.

    Settings and seed are those of the current model.

    Parameters
    ----------
    current
        The folder of the model that serves.

    Raises
    ------
    StandpunktError
        As the verbs; or many codings are gone from the server, which a person has to look at first.
    """
    study = open_study(folder)
    with study.locked("serve"):
        if kept := pull(connect(study, url=url), study).kept:
            raise DataError(
                f"{sum(kept.values())} codings are gone from Label Studio and nobody has said that they were "
                "meant to go: run `standpunkt pull`, which says what to do; nothing was trained",
                path=study.annotations,
            )
        rows, _ = adjudicate_study(study, rule=rule)
    return train_beside(study, rows, current)


def train_beside(study: Study, rows: Sequence[GoldSentence], current: Path) -> Retrained:
    """Trains on the rows and keeps the model: in ``models/``, or in ``models/aside/`` where it is worse."""
    from train.evaluate import cross_validate
    from train.evaluation.model_figures import figures_of
    from train.evaluation.report import SMALL
    from train.fit import fit, model_version
    from train.persistence.folder import load_model, save_model

    old, book = load_model(current), study.codebook()
    settings, seed = old.meta.settings, old.meta.seed
    version = model_version(rows, book, settings=settings, seed=seed)
    aside = study.models / ASIDE / version
    if version == old.meta.model_version:
        why = "nothing was coded or decided since that it has not learned from"
        return Retrained(outcome="unchanged", model_version=version, folder=str(current), why=why)
    if (aside / "model.json").exists():
        why = "it was trained before and set aside then"
        return Retrained(outcome="aside", model_version=version, folder=str(aside), why=why)
    new, _ = fit(rows, book, settings=settings, seed=seed, with_figures=True)
    if len(rows) <= SMALL:
        with suppress(DataError):  # too few commentaries to hold one out: its figures are those of tuning
            new = new.with_figures(figures_of(cross_validate(rows, book, settings=settings, seed=seed)))
    verdict = judge(held_out(new, old, rows))
    place = aside if verdict.is_worse else study.models / version
    save_model(new, place, created=date.today().isoformat())
    outcome: Literal["aside", "taken"] = "aside" if verdict.is_worse else "taken"
    return Retrained(outcome=outcome, model_version=version, folder=str(place), why=verdict.why)


class Verdict(NamedTuple):
    is_worse: bool
    why: str


def judge(found: HeldOut) -> Verdict:
    """Worse in any layer beyond what chance explains is worse; else it is better or equal."""
    compared = {name: layer for name, layer in found.layers.items() if layer.difference is not None}
    if not compared:
        return Verdict(False, f"could not be compared {found.on}")
    words = ", ".join(f"{name} {layer.difference:+.3f}" for name, layer in compared.items())
    worse = [name for name, layer in compared.items() if layer.real and (layer.difference or 0.0) < 0]
    verdict = f"worse in {', '.join(worse)}" if worse else "better or equal"
    return Verdict(bool(worse), f"{verdict} {found.on} (macro-F1 {words})")


def held_out(new: "Model", old: "Model", rows: Sequence[GoldSentence]) -> HeldOut:
    """Both on the test share; else on what the old one has not seen; where few, by the figures they carry.

    What the new one says of commentaries that it learned from is said by models trained without them.
    """
    from train.evaluate import evaluate_model
    from train.novelty import commentary_hash

    seen = {*old.meta.commentaries, *new.meta.commentaries}
    test = [row for row in rows if row.test and commentary_hash(row.commentary_id) not in seen]
    if _commentaries(test) >= FEWEST:
        report = evaluate_model(new, test, against=old)
        assert report.against is not None
        return HeldOut(report.against.layers, f"on the {len(test)} sentences of the test share")
    known = set(old.meta.commentaries)
    unseen = [row for row in rows if not row.test and commentary_hash(row.commentary_id) not in known]
    if _commentaries(unseen) >= FEWEST:
        layers = _on_unseen(new, old, rows, {row.sentence_id for row in unseen})
        return HeldOut(layers, f"on the {len(unseen)} sentences of commentaries coded since")
    return HeldOut(_by_figures(new, old), "by the figures of both models")


def _commentaries(rows: Sequence[GoldSentence]) -> int:
    return len({row.commentary_id for row in rows})


def _on_unseen(
    new: "Model", old: "Model", rows: Sequence[GoldSentence], unseen: set[str]
) -> Mapping[str, "Difference"]:
    from train.evaluate import predict_held_out
    from train.evaluation.comparison import compare
    from train.evaluation.items import Scored
    from train.predict import predict

    book, settings, seed = new.meta.book, new.meta.settings, new.meta.seed
    found = predict_held_out(rows, book, settings=settings, seed=seed)
    first = [Scored(row, said, new.meta.layers) for row, said in found if row.sentence_id in unseen]
    rows = [one.row for one in first]
    said = zip(rows, predict(old, rows), strict=True)
    return compare(book, old.meta.book, first, [Scored(row, one, old.meta.layers) for row, one in said])


def _by_figures(new: "Model", old: "Model") -> dict[str, "Difference"]:
    """Worse is what lies below the interval of the old model's figure."""
    from train.evaluation.comparison import Difference

    layers = {}
    for name, was in _figures(old).items():
        before, after = was.get("macro_f1"), _figures(new).get(name, {}).get("macro_f1")
        if before is not None and after is not None:
            low, _ = was.get("interval") or (before, before)
            layers[name] = Difference(
                macro_f1=after, against_macro_f1=before, difference=after - before, interval=None, p=None,
                real=after < low, n=was.get("n", 0),
            )  # fmt: skip
    return layers


def _figures(model: "Model") -> dict[str, dict[str, Any]]:
    figures: dict[str, dict[str, Any]] = (model.meta.figures or {}).get("layers", {})
    return figures
