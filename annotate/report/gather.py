"""From a study's files to what its report says; each part by the verb that has its figures."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import median
from typing import Any, TypeVar

import msgspec

from annotate.progress import Progress, no_progress
from annotate.report.claims import claims_of
from annotate.report.facts import Corpus, Design, Gold, Help, Leaks, Person, StudyReport, Suggester
from annotate.report.frequencies import prevalence_of
from annotate.report.words import in_language
from annotate.study.auditing import assignments_of, model_answers
from annotate.study.disclosure import read_disclosure
from annotate.study.folder import Study, model_file
from annotate.study.material import pseudonyms_of, trained_on
from exports.agreement.agree import agree
from exports.audit.audit import audit
from schemas.codebook import Codebook
from schemas.errors import DataError, StandpunktError
from schemas.files import read_bytes
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Commentary, GoldSentence, Sentence
from train.evaluation.report import EvaluationReport

R = TypeVar("R")
#: Seconds from which somebody was not at the screen.
_BREAK = 600.0


def gather(
    study: Study,
    *,
    language: str | None = None,
    names: bool = False,
    evaluated: bool = True,
    evaluation: EvaluationReport | None = None,
    machines: Sequence[Annotation] = (),
    accounts: Sequence[str] = (),
    seed: int = 0,
    progress: Progress = no_progress,
) -> StudyReport:
    """The report of a study.

    Parameters
    ----------
    language
        de or en; None: that of the codebook.
    names
        Whether annotators keep their names; else they have those of the study's exports.
    evaluated
        Whether the model is cross-validated, which takes most of the time.
    evaluation
        What `train.evaluate.cross_validate` has said of the study's gold already.
    machines
        Codings of models to compare with people.
    accounts
        Annotators that are models.

    Raises
    ------
    DataError
        Nothing was coded yet.
    SettingsError
        There is no coding by one of the accounts.
    """
    book = study.codebook()
    rows = list(read_jsonl(study.needs(study.annotations, "pull"), Annotation))
    called = {} if names else pseudonyms_of([row.annotator for row in rows], study)
    rows = [msgspec.structs.replace(row, annotator=called.get(row.annotator, row.annotator)) for row in rows]
    sentences = list(read_jsonl(study.sentences, Sentence)) if study.sentences.exists() else []
    commentaries = list(read_jsonl(study.commentaries, Commentary)) if study.commentaries.exists() else []
    gold = list(read_jsonl(study.gold, GoldSentence)) if study.gold.exists() else []
    reasons: dict[str, str] = {}
    progress("comparing annotators")
    chains = {s.sentence_id: s.chain_id for s in sentences if s.chain_id}
    models = [called.get(name, name) for name in accounts]
    compare = partial(agree, rows, book, chains=chains, seed=seed, models=models, machines=machines)
    agreement = compare() if models or machines else _known("agreement", reasons, compare)
    people = [row for row in rows if row.annotator not in models]
    progress("auditing suggestions")
    audited = _known("audit", reasons, lambda: _audit(study, book, people, called, seed))
    if not gold:
        reasons["evaluation"] = "nothing is adjudicated yet: `standpunkt adjudicate` makes gold"
    elif evaluated and evaluation is None:
        progress(f"cross-validating {len(gold)} sentences")
        evaluation = _known("evaluation", reasons, lambda: _evaluate(gold, book, people, seed))
    elif not evaluated:
        reasons["evaluation"] = "left out, as was asked"
    count = partial(prevalence_of, study, book, rows, gold, sentences, commentaries, progress)
    frequencies = None
    if evaluated:
        frequencies = _known("prevalence", reasons, count)
    else:
        reasons["prevalence"] = "left out, as was asked"
    said = language or book.language
    report = StudyReport(
        study=study.name,
        language=said,
        codebook=book.codebook,
        codebook_version=book.version,
        codebook_versions=dict(sorted(Counter(row.codebook_version or "?" for row in rows).items())),
        corpus=corpus_of(commentaries, sentences, rows),
        design=Design(**{name: getattr(study.settings, name) for name in Design.__struct_fields__}),
        people=_people(people),
        gold=_gold(gold, book, study) if gold else None,
        leaks=_leaks(gold, rows, study, book, None if evaluation is None else seed) if gold else None,
        help=_help(people, study, sorted({row.annotator for row in machines})),
        agreement=agreement,
        evaluation=evaluation,
        audit=audited,
        prevalence=frequencies,
        reasons=reasons,
        claims=[],
    )
    return msgspec.structs.replace(report, claims=claims_of(report, in_language(book, said)))


def _known(what: str, reasons: dict[str, str], compute: Callable[[], R]) -> R | None:
    """What is computed, or None with the reason that was given."""
    try:
        return compute()
    except StandpunktError as error:
        reasons[what] = str(error)
        return None


def _audit(
    study: Study, book: Codebook, rows: Sequence[Annotation], called: Mapping[str, str], seed: int
) -> Any:
    assigned = [
        msgspec.structs.replace(a, annotator=called.get(a.annotator, a.annotator))
        for a in assignments_of(study)
    ]
    said = model_answers(study.predictions, book) if study.predictions.exists() else None
    return audit(rows, book, assignments=assigned, predictions=said, seed=seed)


def _evaluate(gold: Sequence[GoldSentence], book: Codebook, rows: Sequence[Annotation], seed: int) -> Any:
    from train.evaluate import cross_validate
    from train.evaluation.report import SMALL
    from train.settings import USUAL_ENCODER, changed

    return cross_validate(
        gold,
        book,
        seed=seed,
        settings=changed(encoder=USUAL_ENCODER),
        curve=len(gold) <= SMALL,
        annotations=rows,
    )


def corpus_of(
    commentaries: Sequence[Commentary], sentences: Sequence[Sentence], rows: Sequence[Annotation]
) -> Corpus:
    """Counts of what was read, and of what of it was coded."""
    coded = [row for row in rows if not row.skipped]
    dates = sorted(c.date for c in commentaries if c.date)
    return Corpus(
        commentaries=len(commentaries),
        sentences=len(sentences),
        words=sum(len(s.text.split()) for s in sentences),
        coded=len({row.sentence_id for row in coded}),
        commentaries_coded=len({row.commentary_id for row in coded}),
        authors=_counted(c.author or "" for c in commentaries),
        outlets=_counted(c.outlet or "" for c in commentaries),
        first_date=dates[0] if dates else None,
        last_date=dates[-1] if dates else None,
        without_date=sum(not c.date for c in commentaries),
        translated=sum(bool(c.original_language or c.translator) for c in commentaries),
        languages=_counted(c.original_language or "" for c in commentaries),
        flags=_counted(flag for c in commentaries for flag in c.flags),
    )


def _counted(words: Any) -> dict[str, int]:
    """The commonest first; what is empty is not counted."""
    counts = Counter(word for word in words if word)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _people(rows: Sequence[Annotation]) -> list[Person]:
    by_name: dict[str, list[Annotation]] = {}
    for row in rows:
        by_name.setdefault(row.annotator, []).append(row)
    return [person_of(name, own) for name, own in sorted(by_name.items())]


def person_of(name: str, own: Sequence[Annotation]) -> Person:
    """The work of somebody with these codings."""
    times = [row.lead_time for row in own if row.lead_time and row.lead_time < _BREAK]
    days = sorted(row.created_at for row in own if row.created_at)
    return Person(
        annotator=name,
        sentences=sum(not row.skipped for row in own),
        skipped=sum(row.skipped for row in own),
        incomplete=sum(bool(row.incomplete) and not row.skipped for row in own),
        phases=_counted(row.phase or "" for row in own),
        first=days[0][:10] if days else None,
        last=days[-1][:10] if days else None,
        seconds=round(median(times), 1) if times else None,
        hours=round(sum(times) / 3600, 2) if times else None,
    )


def _gold(gold: Sequence[GoldSentence], book: Codebook, study: Study) -> Gold:
    codes: dict[str, Counter[str]] = {layer.id: Counter() for layer in book.predicted_layers}
    for row in gold:
        for name, value in row.layers.items():
            if name in codes:
                given = (
                    value.values()
                    if isinstance(value, dict)
                    else value
                    if isinstance(value, list)
                    else [str(value)]
                )
                codes[name].update(given)
    decisions = study.decisions
    return Gold(
        sentences=len(gold),
        test=sum(row.test for row in gold),
        codes={
            layer.id: {code: codes[layer.id][code] for code in layer.values}
            for layer in book.predicted_layers
        },
        undecided=_counted(name.partition("__")[0] for row in gold for name in row.undecided),
        decided_by_hand=len(list(read_jsonl(decisions, Annotation))) if decisions.exists() else 0,
    )


def _leaks(
    gold: Sequence[GoldSentence], rows: Sequence[Annotation], study: Study, book: Codebook, seed: int | None
) -> Leaks:
    """``seed``: that of the evaluation; None where there was none."""
    from train.data.near_duplicates import clusters_of

    clusters: dict[str, set[str]] = {}
    for row, cluster in zip(gold, clusters_of(gold), strict=True):
        clusters.setdefault(cluster, set()).add(row.commentary_id)
    together = [names for names in clusters.values() if len(names) > 1]
    kept = {row.sentence_id: row.commentary_id for row in gold if row.test}
    texts = {*kept.values()}
    learned = [is_known for path in sorted(study.models.glob("*/model.json"))
               if (is_known := trained_on(path.parent.name, study.folder))]  # fmt: skip
    shown = {row.sentence_id for row in rows if row.suggested is not None}
    return Leaks(
        alike=sum(map(len, together)),
        groups=len(together),
        across=None if seed is None else _across(gold, book, together, seed),
        test=len(kept),
        test_suggested=len(shown & kept.keys()),
        test_alike=sum(len(names & texts) for names in together if names - texts),
        test_learned=sum(any(is_known(name) for is_known in learned) for name in texts),
    )


def _across(gold: Sequence[GoldSentence], book: Codebook, together: Sequence[set[str]], seed: int) -> int:
    """Commentaries like one another that the evaluation both trained on and judged, in the same split."""
    from train.data.gold import training_rows
    from train.data.holdout import Plan, hold_out

    parted: set[str] = set()
    for split in hold_out(training_rows(gold, book), book, Plan(seed=seed)).splits:
        train, test = ({row.commentary_id for row in side} for side in (split.train, split.test))
        for names in together:
            if names & train and names & test:
                parted |= names
    return len(parted)


def _help(rows: Sequence[Annotation], study: Study, machines: Sequence[str]) -> Help:
    by_model: dict[str, set[str]] = {}
    for row in rows:
        if row.suggested is not None and not row.skipped:
            by_model.setdefault(row.suggested.model_version, set()).add(row.sentence_id)
    return Help(
        models={name: _suggester(study, name, len(ids)) for name, ids in sorted(by_model.items())},
        coders={name: said for name in machines if (said := read_disclosure(study.models, name)) is not None},
        sentences=len(set().union(*by_model.values())),
        coded=len({row.sentence_id for row in rows if not row.skipped}),
    )


def _suggester(study: Study, name: str, sentences: int) -> Suggester:
    """What a model's folder says of it, where the study has one: its name comes from an annotation."""
    asked = read_disclosure(study.models, name)
    if asked is not None:
        return Suggester(sentences=sentences, known=True, asked=asked)
    path = model_file(study.models, name)
    if path is None:
        return Suggester(sentences=sentences, known=False)
    try:
        meta = msgspec.json.decode(read_bytes(path))
        return Suggester(
            sentences=sentences,
            known=True,
            created=meta["created"],
            codebook_version=meta["codebook_version"],
            encoder=meta["settings"]["encoder"],
            trained_on=meta["n"],
            trained_in=len(meta["commentaries"]),
            versions=meta["versions"],
        )
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise DataError(f"not the description of a model: {error}", path=path) from error
