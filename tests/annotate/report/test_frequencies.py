"""How often things occur in texts nobody coded."""

import pytest
from made_study import make_study

from annotate.report.facts import Prevalence
from annotate.report.frequencies import prevalence_of
from annotate.study.folder import Study
from schemas.errors import DataError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Commentary, GoldSentence, Sentence
from train.fit import fit
from train.persistence.folder import save_model
from train.predict import predict
from train.settings import Settings


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study whose model told all of its sentences, those of a commentary nobody coded as well."""
    study = make_study(tmp_path_factory.mktemp("told") / "probe")
    gold = list(read_jsonl(study.gold, GoldSentence))
    model, _ = fit([row for row in gold if not row.test], study.codebook(), settings=Settings(inner_folds=2))
    save_model(model, study.models / model.meta.model_version)
    rows = [
        GoldSentence(sentence_id=s.sentence_id, commentary_id=s.commentary_id, text=s.text, layers={})
        for s in read_jsonl(study.sentences, Sentence)
    ]
    write_jsonl(study.predictions, predict(model, rows))
    return study


def found_in(study: Study, gold: list[GoldSentence]) -> Prevalence | None:
    return prevalence_of(
        study,
        study.codebook(),
        list(read_jsonl(study.annotations, Annotation)),
        gold,
        list(read_jsonl(study.sentences, Sentence)),
        list(read_jsonl(study.commentaries, Commentary)),
    )


@pytest.mark.slow
def test_only_what_nobody_coded_is_counted(told: Study) -> None:
    found = found_in(told, list(read_jsonl(told.gold, GoldSentence)))
    assert found is not None
    assert (found.commentaries, found.sentences, found.how) == (1, 8, "cross-validated")
    named = {(one.target or one.code, one.way): one for one in found.found}
    assert {("irony", None), ("attack", None), ("tempolimit", None)} <= named.keys()
    irony = named["irony", None]
    assert irony.of == 8
    assert irony.counted.share == irony.hits / 8
    assert irony.corrected.corrected or irony.corrected.reason


def test_without_gold_no_error_can_be_measured(told: Study) -> None:
    with pytest.raises(DataError, match="nothing is adjudicated"):
        found_in(told, [])


def test_predictions_of_an_unknown_model_are_refused(told: Study) -> None:
    lines = told.predictions.read_text("utf-8")
    version = told.latest_model().name
    told.predictions.write_text(lines.replace(version, "fremd-1"), "utf-8")
    try:
        with pytest.raises(DataError, match="predictions of fremd-1, which the study does not have"):
            found_in(told, list(read_jsonl(told.gold, GoldSentence)))
    finally:
        told.predictions.write_text(lines, "utf-8")
