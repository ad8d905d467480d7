"""The model card: what a model is for, what it rests on, and what it cannot do, in plain words.

Sections follow Mitchell et al. 2019, "Model Cards for Model Reporting"; the head is what the
Hugging Face hub reads (a card is called README.md there).
"""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from schemas.decimals import bounds, decimal
from train.model import LayerState, ModelMeta

_HELD_OUT = {
    "tuning": "the sentences of the training data, each judged while its commentary was held out in tuning. "
    "Regulariser, calibration and thresholds were chosen on the same sentences, so these figures are a "
    "little high; `standpunkt train --evaluate` measures without that",
    "commentary": "cross-validation on the training data: each sentence judged by a model that saw nothing "
    "of its commentary",
    "target": "cross-validation on the training data: each target judged by a model that never saw it",
    "author": "cross-validation on the training data: each author judged by a model that never saw them",
    "date": "the training data in the order of time: what was written later judged by a model of what was "
    "written before",
}


def model_card(meta: ModelMeta) -> str:
    """The text of ``MODEL_CARD.md``."""
    return "\n".join(_lines(meta)).rstrip() + "\n"


def _lines(meta: ModelMeta) -> Iterator[str]:
    head = yaml.safe_dump(_head(meta), allow_unicode=True, sort_keys=False, width=100)
    yield from ("---", head.rstrip(), "---", "")
    yield from (f"# {meta.model_version}", "")
    parts = (_details, _use, _factors, _metrics, _evaluation, _training, _analyses, _ethics, _caveats)
    for part in parts:
        yield from part(meta)
        yield ""


def _head(meta: ModelMeta) -> dict[str, Any]:
    head: dict[str, Any] = {
        "language": meta.book.language,
        "library_name": "standpunkt",
        "pipeline_tag": "text-classification",
        "tags": ["scikit-learn", "skops", "stance-detection", "argument-mining"],
    }
    layers = (meta.figures or {}).get("layers", {})
    scores = {name: layer["macro_f1"] for name, layer in layers.items() if layer.get("macro_f1") is not None}
    if not scores:
        return head
    result = {
        "task": {"type": "text-classification"},
        "dataset": {"type": "private", "name": f"{meta.n} sentences coded with {meta.codebook}"},
        "metrics": [
            {"type": "f1", "value": value, "name": f"macro-F1 of {name}"} for name, value in scores.items()
        ],
    }
    return {**head, "metrics": ["f1"], "model-index": [{"name": meta.model_version, "results": [result]}]}


def _details(meta: ModelMeta) -> Iterator[str]:
    yield from ("## Model details", "")
    if meta.created:
        yield f"- Trained on {meta.created}"
    yield from _say(
        "- Linear support vector machines on hashed words, pieces of words, cues and neighbouring "
        f"sentences, with calibrated probabilities (seed {meta.seed})"
    )
    if meta.estimator:
        reads = "the texts" if meta.estimator.reads_texts else "the same features"
        yield from _say(
            f"- In their place, for all layers but those with targets, the scikit-learn estimator "
            f"`{meta.settings.estimator}` on {reads}; its types are in model.json, and whoever did not train "
            "the model confirms them with `standpunkt model trust`"
        )
    if meta.stacked:
        yield from _say(
            f"- Beside them, for {', '.join(meta.stacked.layers) or 'no layer'}, the predictions of "
            f"`{meta.stacked.predictions}`, weighed by a small regression on held-out commentaries; "
            f"figures below are of the model without them (`{meta.stacked.without}`)"
        )
    yield f"- Codebook: `{meta.codebook}` {meta.codebook_version}, language `{meta.book.language}`"
    versions = ", ".join(f"{name} {version}" for name, version in meta.versions.items())
    yield from (
        f"- Versions: {versions}",
        "- Made with Standpunkt; the version names data, codebook, settings and formats",
    )


def _use(meta: ModelMeta) -> Iterator[str]:
    yield from ("## Intended use", "")
    yield from _say(
        "Suggesting codes to trained annotators, and tagging commentaries of the kind it was trained on. "
        "Out of scope: judging persons, moderating or ranking what people write, and any decision about "
        "someone without a human reader."
    )
    untrained = [f"{name} ({state.reason})" for name, state in meta.layers.items() if not state.trained]
    if untrained:
        yield from ("", f"It says nothing of: {', '.join(untrained)}.")


def _factors(meta: ModelMeta) -> Iterator[str]:
    known = len(meta.familiarity.authors) if meta.familiarity else 0
    authors = f"{known} named authors" if known else "authors that the data does not name"
    yield from ("## Factors", "")
    yield from _say(
        "How good it is depends on the code, the target, the author's way of writing, the time and the "
        f"outlet. It learned from {authors}. Below are figures by code and target; how it does on "
        "authors, targets or times it has not seen is measured by `standpunkt evaluate` with "
        "`--by author`, `--by target` or `--by date`."
    )


def _metrics(meta: ModelMeta) -> Iterator[str]:
    yield from ("## Metrics", "")
    yield from _say(
        "Macro-F1: the mean of F1 over the codes, each counting the same however rare, on forced "
        "decisions; for a set without its exclusive code. Intervals: 95 %, commentaries drawn anew. "
        "Common: what always giving the commonest code reaches; twin: a plain linear model of words and "
        "pieces of words on the same folds. Calibration error: how far probabilities are off in the mean."
    )
    yield ""
    yield from _say(
        "An answer is marked as abstained below its code's threshold: the score from which, by a bound "
        f"that holds in nine of ten cases, at least {100 * meta.settings.abstain_at:.0f} % of such answers "
        "were right on held-out commentaries. Coverage: the share of answers that are not."
    )


def _evaluation(meta: ModelMeta) -> Iterator[str]:
    yield from ("## Evaluation data", "")
    if not meta.figures:
        yield "None: this model was never evaluated. `standpunkt evaluate` measures it."
        return
    held_out = meta.figures.get("held_out") or {}
    how = _HELD_OUT.get(held_out.get("by", ""), "sentences it was not trained on")
    yield from _say(
        f"{meta.figures.get('n', meta.n)} sentences: {how}. Commentaries that share near-duplicate "
        "sentences were held out together, unless they are more than half of all."
    )


def _training(meta: ModelMeta) -> Iterator[str]:
    yield from ("## Training data", "")
    yield f"{meta.n} sentences of {len(meta.commentaries)} commentaries (SHA-256 `{meta.data_hash[:16]}`)."
    yield ""
    for name, state in meta.layers.items():
        yield from _layer(name, state)


def _layer(name: str, state: LayerState) -> Iterator[str]:
    counts = ", ".join(f"{code} {n}" for code, n in state.codes.items())
    why = f" ({state.reason})" if state.reason else ""
    yield f"- **{name}**, {state.n} sentences coded{why}: {counts or 'none'}"
    if state.not_learned:
        yield from _say(f"  - not learned, so never given: {', '.join(state.not_learned)}")
    for target, target_state in state.targets.items():
        yield f"  - `{target}`: asked {target_state.asked} times, touched {target_state.touched}"


def _analyses(meta: ModelMeta) -> Iterator[str]:
    yield from ("## Quantitative analyses", "")
    layers: Mapping[str, Any] = (meta.figures or {}).get("layers", {})
    if not layers:
        yield "None."
        return
    head = [
        "layer",
        "macro-F1",
        "95 %",
        "common",
        "twin",
        "accuracy",
        "calibration error",
        "coverage",
        "macro-F1 there",
    ]
    yield from (f"| {' | '.join(head)} |", "|---" * len(head) + "|")
    for name, figures in layers.items():
        at = figures.get("at_abstention", {})
        cells = [
            decimal(figures.get("macro_f1")),
            bounds(figures.get("interval")),
            decimal(figures.get("baseline_macro_f1")),
            decimal((figures.get("baselines") or {}).get("twin")),
            *(decimal(figures.get(key)) for key in ("accuracy", "calibration_error")),
            *(decimal(at.get(key)) for key in ("coverage", "macro_f1")),
        ]
        yield f"| {name} | {' | '.join(cells)} |"
    for name, figures in layers.items():
        yield from _codes(name, figures)


def _codes(name: str, figures: Mapping[str, Any]) -> Iterator[str]:
    if figures.get("codes"):
        yield from ("", f"### {name}", "")
        yield from ("| code | precision | recall | F1 | 95 % | sentences |", "|---|---|---|---|---|---|")
    for code, code_figures in figures.get("codes", {}).items():
        cells = [decimal(code_figures.get(key)) for key in ("precision", "recall", "f1")]
        cells += [bounds(code_figures.get("interval")), str(code_figures.get("support", "–"))]
        yield f"| {code} | {' | '.join(cells)} |"
    steps = {step: part for step in ("touched", "direction") if (part := figures.get(step))}
    if steps:
        said = [f"{step} {decimal(part.get('macro_f1'))} ({part.get('n')})" for step, part in steps.items()]
        yield from ("", f"The two steps apart, macro-F1 and number: {', '.join(said)}.")
    if figures.get("targets"):
        yield from ("", "| target | macro-F1 | asked | touched | |", "|---|---|---|---|---|")
    for target, target_figures in figures.get("targets", {}).items():
        cells = [
            decimal(target_figures.get("macro_f1")),
            *(str(target_figures.get(key)) for key in ("n", "touched")),
        ]
        yield f"| {target} | {' | '.join(cells)} | {target_figures.get('reason') or ''} |"


def _ethics(meta: ModelMeta) -> Iterator[str]:
    yield from ("## Ethical considerations", "")
    yield "- It repeats the judgement, and the blind spots, of those who coded the training data."
    yield from _say(
        "- What someone stands for is read off the words of one piece, and can be wrong. Publish shares "
        "with their errors rather than verdicts on persons, and let a person read what matters."
    )
    yield from _say(
        "- It remembers words of the texts it was trained on, and hashes of their ids and authors: "
        "share it as you would share them."
    )


def _caveats(meta: ModelMeta) -> Iterator[str]:
    settings = meta.settings
    yield from ("## Caveats and recommendations", "")
    yield "- On other authors, topics or times than those it was trained on it is worse than the figures say."
    yield from _say(
        f"- Nothing is suggested of a layer coded in fewer than {settings.min_layer} sentences, or of a code "
        f"with fewer than {settings.min_code} examples."
    )
    yield from _say(
        f"- A target is untested until it was asked in {settings.min_asked} sentences and touched in "
        f"{settings.min_touched}: the model answers, but suggests nothing."
    )
    yield from _say(
        "- Scores are calibrated on held-out commentaries of the training data, not on yours: check "
        "some by hand."
    )
    yield "- The hash in model.json shows damage; it is no signature. Load models from people you trust."


def _say(words: str) -> list[str]:
    """A paragraph or an item of a list, in lines."""
    marks = len(words) - len(words.lstrip(" -"))
    return textwrap.wrap(words, 100, subsequent_indent=" " * marks)
