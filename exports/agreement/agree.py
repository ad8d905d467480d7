"""Agreement of the annotators, layer by layer, with intervals; see docs/agreement.md.

Every figure rests on the codings of sentences that two or more annotators have coded. A skipped
sentence, or a layer that was not asked, is a missing value. Intervals are percentiles of a
bootstrap over commentaries, for sentences of one text are not independent. Of kappa and AC1 only how
common a value is rests on all codings, as Gwet (2014) defines them.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from math import comb

import numpy as np
from msgspec import UNSET, UnsetType, structs

import schemas.kinds
from exports.agreement.bootstrap import Draws
from exports.agreement.coefficients import MISSING
from exports.agreement.figures import code_figures, layer_figure, pair_figures
from exports.agreement.kept import kept_suggestions, shown_kind
from exports.agreement.kinds import KINDS, Compared
from exports.agreement.machines import machine_figures, person_pairs
from exports.agreement.ratings import Frame, Ratings, joined, to_frame
from exports.agreement.report import AgreementReport, Coefficients, LayerAgreement
from schemas.codebook import Codebook, Layer
from schemas.errors import DataError, SettingsError, near_hit
from schemas.records import Annotation, is_unknown

#: Pairs of annotators who share a sentence: two hundred people who code the same take most of a minute.
MAX_PAIRS = 20_000


class NothingShared(DataError):
    """No sentence was coded by two annotators that are known."""


def agree(
    annotations: Iterable[Annotation],
    codebook: Codebook,
    *,
    draws: int = 1000,
    seed: int = 0,
    chains: Mapping[str, str] | None = None,
    models: Collection[str] = (),
    machines: Sequence[Annotation] = (),
) -> AgreementReport:
    """The agreement of the annotators on every layer that a model can learn.

    Parameters
    ----------
    draws
        Bootstrap samples of commentaries behind an interval; 0 for none.
    chains
        Sentence id to chain id of the pieces of sentences that run over several blocks; the stance
        of such a sentence is then also compared as a whole.
    models
        Annotators that are no people: in no figure of people, compared with them apart.
    machines
        Codings of further machines, which have no account.

    Raises
    ------
    NothingShared
        No sentence was coded by two annotators that are known: codings of whose annotator nothing is
        known are in no figure.
    DataError
        More than `MAX_PAIRS` of them may share one.
    SettingsError
        There is no coding by one of the models.
    """
    given = list(annotations)
    everything = [row for row in given if not is_unknown(row.annotator)]
    _refuse_strangers(models, {row.annotator for row in everything})
    rows = [row for row in everything if row.annotator not in models]
    by_machine = _by_machine([*(row for row in everything if row.annotator in models), *machines])
    frame = to_frame(rows)
    shared = frame.shared
    _refuse_apart(rows, by_machine)
    if not shared.any() and not by_machine:
        raise NothingShared(_nothing_shared(frame, len(rows), by_nobody=len(given) - len(everything)))
    _refuse_too_many_pairs(rows, len(frame.annotators))
    texts = np.unique(frame.commentary[shared])
    resample = Draws(texts, len(frame.commentaries), number=draws, seed=seed)
    apart = partial(_apart, frame, codebook, draws, seed)
    layers = {layer.id: _agreement(frame, layer, codebook, resample) for layer in codebook.predicted_layers}
    return AgreementReport(
        annotators=frame.annotators,
        sentences=len(frame.sentences),
        shared=int(shared.sum()),
        commentaries=len(texts),
        layers=layers,
        phases=apart(lambda row: row.phase),
        versions=apart(lambda row: row.codebook_version),
        months=apart(lambda row: (row.updated_at or row.created_at or "")[:7]),
        chains=_by_chain(frame, codebook, chains, draws=draws, seed=seed) if chains else {},
        suggestions=apart(shown_kind),
        kept=kept_suggestions(rows, codebook),
        models=person_pairs(
            [*rows, *chain.from_iterable(by_machine.values())],
            codebook,
            [*by_machine],
            draws=draws,
            seed=seed,
        )
        if by_machine
        else {},
        machines={
            name: machine_figures(rows, of_one, codebook, draws=draws, seed=seed)
            for name, of_one in by_machine.items()
        },
    )


def _refuse_too_many_pairs(rows: Sequence[Annotation], people: int) -> None:
    coders = Counter(row.sentence_id for row in rows)
    pairs = min(comb(people, 2), sum(comb(number, 2) for number in coders.values()))
    if pairs > MAX_PAIRS:
        sentence, most = coders.most_common(1)[0]
        raise DataError(
            f"{people:,} annotators, of whom up to {pairs:,} pairs share a sentence ({most:,} coded "
            f"{sentence}); every pair is compared, expected at most {MAX_PAIRS:,}"
        )


def _refuse_strangers(models: Collection[str], annotators: Collection[str]) -> None:
    for name in models:
        if name not in annotators:
            raise SettingsError(
                f'no coding by the model "{name}"{near_hit(name, annotators)}; '
                f"there are codings by {', '.join(sorted(annotators)) or 'nobody'}",
                flag="--machine",
            )


def _by_machine(rows: Iterable[Annotation]) -> dict[str, list[Annotation]]:
    found: dict[str, list[Annotation]] = {}
    for row in sorted(rows, key=lambda row: row.annotator):
        found.setdefault(row.annotator, []).append(row)
    return found


def _refuse_apart(rows: Sequence[Annotation], by_machine: Mapping[str, Sequence[Annotation]]) -> None:
    coded = {row.sentence_id for row in rows if not row.skipped}
    for name, of_one in by_machine.items():
        if not any(row.sentence_id in coded for row in of_one):
            found = f"{name} answered {len(of_one)} sentences, none of the {len(coded)} that people coded"
            raise DataError(f"nothing to compare: {found}")


def _by_chain(
    frame: Frame, codebook: Codebook, chains: Mapping[str, str], *, draws: int, seed: int
) -> dict[str, Coefficients]:
    """The figures of the stance layers with each chain as one sentence."""
    whole = to_frame(joined(frame.rows, chains))
    texts = np.unique(whole.commentary[whole.shared])
    resample = Draws(texts, len(whole.commentaries), number=draws, seed=seed)
    return {
        layer.id: layer_figure(KINDS[layer.kind].ratings(whole, layer, codebook), resample)
        for layer in codebook.predicted_layers
        if schemas.kinds.KINDS[layer.kind].by_target
    }


def _apart(
    frame: Frame, codebook: Codebook, draws: int, seed: int, kind: Callable[[Annotation], str | None]
) -> dict[str, dict[str, Coefficients]]:
    """The figures of the layers for the rows of each kind alone; none where there is one kind."""
    kinds = sorted({name for row in frame.rows if (name := kind(row))})
    parts = {}
    for name in kinds if len(kinds) > 1 else []:
        part = to_frame(row for row in frame.rows if kind(row) == name)
        if part.shared.any():
            texts = np.unique(part.commentary[part.shared])
            resample = Draws(texts, len(part.commentaries), number=draws, seed=seed)
            parts[name] = {
                layer.id: layer_figure(
                    KINDS[layer.kind].ratings(part, layer, codebook), resample, KINDS[layer.kind].metric
                )
                for layer in codebook.predicted_layers
            }
    return parts


def _nothing_shared(frame: Frame, n_rows: int, *, by_nobody: int) -> str:
    besides = (
        f"; beside them are {by_nobody} by nobody known (--names says who they are)" if by_nobody else ""
    )
    if not frame.rows:
        return f"nothing to compare: {n_rows} annotations, none of them with a coding{besides}"
    if len(frame.annotators) == 1:
        who = frame.annotators[0]
        alone = f"all {len(frame.rows)} codings are by {who}, expected two annotators"
        return f"nothing to compare: {alone}{besides}"
    coded = Counter(row.annotator for row in frame.rows)
    most = [f"{name} {n}" for name, n in coded.most_common(4)] + ["…"] * (len(coded) > 4)
    return (
        f"nothing to compare: {len(frame.annotators)} annotators coded {len(frame.sentences)} sentences, "
        f"none of them in common ({', '.join(most)}){besides}"
    )


def _agreement(frame: Frame, layer: Layer, codebook: Codebook, draws: Draws) -> LayerAgreement:
    kind = KINDS[layer.kind]
    ratings = kind.ratings(frame, layer, codebook)
    figure = layer_figure(ratings, draws, kind.metric)
    shared = ratings.values[ratings.shared]
    compared = Compared(frame, layer, codebook, ratings, draws, figure.alpha)
    return LayerAgreement(
        **structs.asdict(figure),
        kind=layer.kind,
        annotators=int((shared != MISSING).any(axis=0).sum()),
        parents=_parents_figure(ratings, layer, draws),
        codes=code_figures(ratings, draws),
        pairs=list(pair_figures(ratings, frame.annotators, kind.metric, draws)),
        confusions=kind.confusions(compared),
        **kind.more(compared),
    )


def _parents_figure(ratings: Ratings, layer: Layer, draws: Draws) -> Coefficients | UnsetType:
    """Agreement on the topmost codes, where codes have parents."""
    kind = KINDS[layer.kind]
    if not kind.has_groups or not any(code.parent for code in layer.codes):
        return UNSET
    tops = [[code, *layer.parents(code)][-1] for code in layer.code_ids]
    codes = list(dict.fromkeys(tops))
    numbers = [codes.index(top) for top in tops]
    return layer_figure(ratings.raised(numbers, codes), draws, kind.metric)
