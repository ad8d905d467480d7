"""The agreement report: figures worked out by hand, and fixed answers at the edges."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.agreement.agree import agree
from exports.agreement.kept import kept_suggestions
from exports.agreement.report_text import report_words
from exports.readers.annotations import read_codings
from schemas.codebook import Codebook
from schemas.errors import DataError, SettingsError
from schemas.records import Annotation, Layers, LayerValue, SuggestionSnapshot

Row = Callable[..., Annotation]


@pytest.fixture
def pairs(row: Row) -> Callable[..., list[Annotation]]:
    """Two annotators' codings of a layer, sentence by sentence, five sentences a commentary."""

    def make(layer: str, *values: tuple[LayerValue | None, LayerValue | None]) -> list[Annotation]:
        rows = []
        for n, both in enumerate(values):
            for who, value in zip(("anna", "bert"), both, strict=True):
                if value is not None:
                    rows.append(row(who, f"c{n // 5}:{n}", {layer: value}))
        return rows

    return make


def as_json(report: Any) -> Any:
    return json.loads(msgspec.json.encode(report))


# figures


def test_a_layer_of_one_code_worked_out_by_hand(pairs: Any, codebook: Codebook) -> None:
    """Artstein and Poesio (2008): 20, 20, 10 and 50 pairs: A_o 0.7; here with alpha's n − 1."""
    table = {
        ("author", "author"): 20,
        ("author", "other"): 20,
        ("other", "author"): 10,
        ("other", "other"): 50,
    }
    rows = pairs("voice", *(pair for pair, n in table.items() for _ in range(n)))
    voice = agree(rows, codebook, draws=0).layers["voice"]
    # 70 and 130 of 200 values: D_e = 2 · 70 · 130 / (200 · 199)
    assert voice.alpha == pytest.approx(1 - 0.3 / (2 * 70 * 130 / (200 * 199)), abs=1e-6)
    assert voice.observed == 0.7
    assert voice.pairs[0].kappa == pytest.approx(0.347826, abs=1e-6)
    assert voice.kappa == pytest.approx((0.7 - 0.545) / 0.455, abs=1e-6)  # Fleiss: Scott's pi
    assert voice.ac1 == pytest.approx((0.7 - 0.2275) / 0.7725, abs=1e-6)  # 3 codes: 2 · .35 · .65 / 2
    assert (voice.shared, voice.n, voice.annotators, voice.pairs[0].n) == (100, 100, 2, 100)
    assert voice.codes["author"].positive_agreement == pytest.approx(2 * 20 / 70, abs=1e-6)
    assert voice.codes["author"].n == 70
    assert voice.codes["mixed"].alpha is None
    assert voice.codes["mixed"].reason == "undefined: nobody used it"


def test_a_scale_is_measured_by_rank(pairs: Any, codebook: Codebook) -> None:
    near = agree(pairs("force", (1, 1), (2, 2), (3, 3), (1, 2)), codebook, draws=0)
    far = agree(pairs("force", (1, 1), (2, 2), (3, 3), (1, 3)), codebook, draws=0)
    assert near.layers["force"].observed == far.layers["force"].observed == 0.75
    # values 1: 3, 2: 3, 3: 2; squared ranks between: 1–2 9, 2–3 6.25, 1–3 30.25
    expected = 2 * (3 * 3 * 9 + 3 * 2 * 6.25 + 3 * 2 * 30.25)
    assert near.layers["force"].alpha == pytest.approx(1 - 7 * 2 * 9 / expected, abs=1e-6)
    assert (far.layers["force"].alpha or 0) < (near.layers["force"].alpha or 0)


def test_a_set_layer_has_both_distances(pairs: Any, codebook: Codebook) -> None:
    rows = pairs("rhetoric", (["irony"], ["irony"]), (["irony"], ["irony", "metaphor"]), (["none"], ["none"]))
    rhetoric = agree(rows, codebook, draws=0).layers["rhetoric"]
    # {i} 3, {i, m} 1, {none} 2; between {i} and {i, m}: Jaccard 1/2, MASI 1 − 1/2 · 2/3
    for found, distance in ((rhetoric.alpha_jaccard, 1 / 2), (rhetoric.alpha_masi, 2 / 3)):
        expected = 2 * (3 * 1 * distance + 3 * 2 + 1 * 2)
        assert found == pytest.approx(1 - 5 * 2 * distance / expected, abs=1e-6)
    assert rhetoric.alpha == rhetoric.alpha_masi
    assert rhetoric.observed == pytest.approx(2 / 3, abs=1e-6)
    assert (rhetoric.kappa, rhetoric.ac1) == (None, None)
    assert rhetoric.codes["metaphor"].positive_agreement == 0
    assert rhetoric.codes["irony"].alpha == 1


def test_an_empty_set_is_equal_to_an_empty_set(pairs: Any, codebook: Codebook) -> None:
    rhetoric = agree(pairs("rhetoric", ([], []), (["irony"], ["irony"])), codebook, draws=0).layers[
        "rhetoric"
    ]
    assert (rhetoric.alpha, rhetoric.observed, rhetoric.shared) == (1, 1, 2)


def test_touched_and_direction_are_apart(pairs: Any, codebook: Codebook) -> None:
    def toward(tempolimit: str, maut: str = "unrelated") -> Layers | dict[str, str]:
        return {"tempolimit": tempolimit, "maut": maut}

    rows = pairs(
        "stance",
        (toward("favor"), toward("favor")),
        (toward("favor"), toward("against")),
        (toward("against"), toward("against")),
        (toward("favor"), toward("unrelated")),
        (toward("unrelated"), toward("unrelated")),
    )
    stance = as_json(agree(rows, codebook, draws=0).layers["stance"])
    assert (stance["shared"], stance["n"]) == (5, 10)
    assert stance["observed"] == 0.8
    # of 20 values 7 touched; one pair of ten differs
    assert stance["touched"]["alpha"] == pytest.approx(1 - 19 * 2 / (2 * 7 * 13), abs=1e-6)
    # three units all took for touched: favor 3, against 3, one of them differs
    assert stance["direction"]["n"] == 3
    assert stance["direction"]["alpha"] == pytest.approx(1 - 5 * 2 / (2 * 3 * 3), abs=1e-6)
    assert stance["targets"]["tempolimit"]["direction"] == stance["direction"]
    assert stance["targets"]["maut"]["touched"]["reason"].startswith("undefined: one category only")
    assert stance["codes"]["unrelated"]["n"] == 13


def test_a_target_with_one_direction_only_is_named(pairs: Any, codebook: Codebook) -> None:
    rows = pairs("stance", *[({"maut": "against"}, {"maut": "against"})] * 3, ({"maut": "unrelated"},) * 2)
    maut = as_json(agree(rows, codebook, draws=0).layers["stance"])["targets"]["maut"]
    assert maut["touched"]["alpha"] == 1
    assert maut["direction"]["alpha"] is None
    assert maut["direction"]["observed"] == 1
    assert maut["direction"]["reason"] == "undefined: only one direction observed: against"


def test_confused_codes_come_with_their_sentences(pairs: Any, codebook: Codebook) -> None:
    rows = pairs(
        "voice", *[("author", "author")] * 3, ("author", "other"), ("other", "author"), ("mixed", "other")
    )
    first, second = agree(rows, codebook, draws=0).layers["voice"].confusions
    assert (first.codes, first.n, first.sentences) == (["author", "other"], 2, ["c0:3", "c0:4"])
    assert (second.codes, second.sentences) == (["other", "mixed"], ["c1:5"])


def test_a_confusion_of_stances_names_the_target(pairs: Any, codebook: Codebook) -> None:
    split = ({"tempolimit": "favor", "maut": "against"}, {"tempolimit": "against", "maut": "against"})
    missed = ({"tempolimit": "favor", "maut": "open"}, {"tempolimit": "favor", "maut": "unrelated"})
    before = agree(pairs("stance", split, split, missed), codebook, draws=0).layers["stance"]
    found = [(c.target, c.codes, c.n, c.sentences) for c in before.confusions]
    assert found == [
        ("tempolimit", ["favor", "against"], 2, ["c0:0", "c0:1"]),
        ("maut", ["open", "unrelated"], 1, ["c0:2"]),
    ]
    assert sum(c.gain or 0 for c in before.confusions) == pytest.approx(1 - (before.alpha or 0), abs=2e-6)


def test_the_gain_of_a_confusion_is_what_settling_it_brings(pairs: Any, codebook: Codebook) -> None:
    """Settled half one way, half the other, the counts of the codes stay as they are."""
    agreed = [("mixed", "mixed"), ("other", "mixed"), ("other", "other")]
    before = agree(pairs("voice", *agreed, ("author", "other"), ("other", "author")), codebook, draws=0)
    after = agree(pairs("voice", *agreed, ("author", "author"), ("other", "other")), codebook, draws=0)
    gain = (after.layers["voice"].alpha or 0) - (before.layers["voice"].alpha or 0)
    assert before.layers["voice"].confusions[0].gain == pytest.approx(gain, abs=2e-6)


def test_confusions_of_sets_are_swaps_or_single_codes(pairs: Any, codebook: Codebook) -> None:
    rows = pairs("rhetoric", (["irony"], ["none"]), (["none"], ["irony"]), (["irony", "metaphor"], ["irony"]))
    swap, single = agree(rows, codebook, draws=0).layers["rhetoric"].confusions
    assert (swap.codes, swap.n, swap.sentences) == (["irony", "none"], 2, ["c0:0", "c0:1"])
    assert (single.codes, single.n, single.sentences) == (["metaphor"], 1, ["c0:2"])


def test_the_gain_of_a_set_is_what_settling_it_brings(pairs: Any, codebook: Codebook) -> None:
    """Settled half one way, half the other, the expected disagreement stays nearly as it is."""
    rest = [(["irony"], ["irony"]), (["none"], ["none"]), (["metaphor"], ["none"])] * 20
    before = agree(pairs("rhetoric", *rest, (["irony"], ["none"]), (["none"], ["irony"])), codebook, draws=0)
    after = agree(pairs("rhetoric", *rest, (["irony"], ["irony"]), (["none"], ["none"])), codebook, draws=0)
    gain = (after.layers["rhetoric"].alpha or 0) - (before.layers["rhetoric"].alpha or 0)
    found = {tuple(c.codes): c.gain for c in before.layers["rhetoric"].confusions}
    assert found["irony", "none"] == pytest.approx(gain, abs=2e-3)
    assert sum(found.values()) == pytest.approx(1 - (before.layers["rhetoric"].alpha or 0), abs=2e-6)


def test_models_and_people_are_never_mixed(row: Row, pairs: Any, codebook: Codebook) -> None:
    people = pairs("voice", *[("author", "author"), ("other", "other"), ("other", "mixed")] * 4)
    machine = [row("bot", r.sentence_id, {"voice": "author"}) for r in people if r.annotator == "anna"]
    alone = agree(people, codebook, draws=50)
    both = agree([*people, *machine], codebook, draws=50, models=["bot"])
    assert msgspec.structs.replace(both, models={}, machines={}) == alone
    assert [pair.annotators for pair in both.models["voice"]] == [("anna", "bot"), ("bert", "bot")]
    assert [pair.observed for pair in both.models["voice"]] == [pytest.approx(1 / 3, abs=1e-6)] * 2


def test_a_model_that_coded_nothing_is_named(pairs: Any, codebook: Codebook) -> None:
    with pytest.raises(SettingsError, match='no coding by the model "bertt"; did you mean "bert"'):
        agree(pairs("voice", ("author", "author")), codebook, models=["bertt"])


def test_codings_with_and_without_a_suggestion_are_compared_apart(row: Row, codebook: Codebook) -> None:
    suggested = SuggestionSnapshot(model_version="m1", layers={})
    rows = [row(who, "c:1", {"voice": "author"}, suggested=suggested) for who in ("anna", "bert")]
    rows += [row("anna", "c:2", {"voice": "author"}), row("bert", "c:2", {"voice": "other"})]
    found = agree(rows, codebook, draws=0).suggestions
    assert (found["with"]["voice"].observed, found["without"]["voice"].observed) == (1, 0)


def test_what_was_only_marked_or_came_from_the_author_is_compared_apart(row: Row, codebook: Codebook) -> None:
    shown = {
        "with": SuggestionSnapshot(model_version="m", layers={"voice": "author"}, touched=["stance__maut"]),
        "from_author": SuggestionSnapshot(
            model_version="m", layers={"stance": {"maut": "favor"}}, from_author=["stance__maut"]
        ),
        "touched": SuggestionSnapshot(model_version="m", layers={}, touched=["stance__maut"]),
        "without": None,
    }
    rows = [
        row(who, f"c:{n}", {"voice": "author"}, suggested=suggested)
        for n, suggested in enumerate(shown.values())
        for who in ("anna", "bert")
    ]
    found = agree(rows, codebook, draws=0).suggestions
    assert {name: layers["voice"].shared for name, layers in found.items()} == dict.fromkeys(shown, 1)


@pytest.mark.parametrize(
    ("suggested", "coded", "kept"),
    [
        ({}, {"voice": "author"}, {}),
        ({"layers": {"voice": "author"}}, {"voice": "author"}, {"voice": {"ticked": (1, 1)}}),
        ({"layers": {"voice": "author"}}, {"voice": "other"}, {"voice": {"ticked": (1, 0)}}),
        ({"layers": {"voice": "author"}}, {}, {}),
        (
            {"layers": {"rhetoric": ["irony", "metaphor"]}},
            {"rhetoric": ["irony"]},
            {"rhetoric": {"ticked": (2, 1)}},
        ),
        (
            {
                "layers": {"stance": {"a": "favor", "b": "against", "c": "unrelated"}},
                "from_author": ["stance__b"],
            },
            {"stance": {"a": "favor", "b": "favor", "c": "favor"}},
            {"stance": {"ticked": (1, 1), "from_author": (1, 0)}},
        ),
        (
            {"layers": {"stance": {"a": "favor"}}, "touched": ["stance__b", "stance__c"]},
            {"stance": {"a": "open", "b": "against", "c": "unrelated"}},
            {"stance": {"ticked": (1, 0), "touched": (2, 1)}},
        ),
        # a target that is not asked any more is left out
        ({"layers": {"stance": {"a": "favor"}}, "touched": ["stance__b"]}, {"stance": {"c": "favor"}}, {}),
    ],
)
def test_what_became_of_suggestions_is_counted_in_three_kinds(
    suggested: dict[str, Any],
    coded: Layers,
    kept: dict[str, dict[str, tuple[int, int]]],
    row: Row,
    codebook: Codebook,
) -> None:
    shown = SuggestionSnapshot(model_version="m", **{"layers": {}, **suggested}) if suggested else None
    rows = [row("anna", "c:1", coded, suggested=shown), row("bert", "c:1", coded)]
    found = kept_suggestions(rows, codebook)
    assert {
        layer: {kind: (count.shown, count.kept) for kind, count in kinds.items()}
        for layer, kinds in found.items()
    } == kept


def test_what_became_of_suggestions_stands_in_the_report(row: Row, codebook: Codebook) -> None:
    shown = SuggestionSnapshot(
        model_version="m", layers={"stance": {"maut": "favor"}}, from_author=["stance__maut"]
    )
    rows = [row(who, "c:1", {"stance": {"maut": "favor"}}, suggested=shown) for who in ("anna", "bert")]
    report = agree(rows, codebook, draws=0)
    assert as_json(report)["kept"] == {"stance": {"from_author": {"shown": 2, "kept": 2}}}
    (line,) = [x for x in report_words(report, codebook, {}).splitlines() if "elsewhere" in x]
    assert line.split() == [*["stance", "ticked", "as", "by", "the", "author", "elsewhere"], "2", "2", "1.00"]


def test_parents_agree_where_leaves_do_not(pairs: Any, codebook: Codebook) -> None:
    raw = msgspec.to_builtins(codebook)
    devices = [{"id": "device", "label": "Mittel"}, *raw["layers"][2]["codes"]]
    for code in devices[1:3]:
        code["parent"] = "device"
    raw["layers"][2]["codes"] = devices
    book = msgspec.convert(raw, Codebook)
    rows = pairs(
        "rhetoric", (["irony"], ["metaphor"]), (["none"], ["none"]), (["irony"], ["irony", "metaphor"])
    )
    rhetoric = as_json(agree(rows, book, draws=0).layers["rhetoric"])
    assert rhetoric["alpha"] < 0.6
    assert (rhetoric["parents"]["alpha"], rhetoric["parents"]["observed"]) == (1, 1)


def test_phases_versions_and_months_are_compared_each_for_itself(row: Row, codebook: Codebook) -> None:
    rows = []
    for phase, month, other in (("pilot", "2026-01", "other"), ("main", "2026-02", "author")):
        for n, voice in enumerate(("author", "other", "mixed", "author")):
            for who, value in (("anna", voice), ("bert", other if voice == "author" else voice)):
                time = f"{month}-05T10:00:00Z"
                rows.append(row(who, f"{phase}:{n}", {"voice": value}, phase=phase, updated_at=time))
    report = agree(rows, codebook, draws=0)
    assert list(report.phases) == ["main", "pilot"]
    assert report.phases["main"]["voice"].alpha == 1
    assert report.phases["pilot"]["voice"].observed == 0.5
    assert report.months["2026-01"] == report.phases["pilot"]
    assert report.versions == {}


@pytest.mark.parametrize("errors", [0.2, 1.0])
def test_made_exports_give_the_agreement_that_was_put_in(
    errors: float, coded: Any, task: Any, written: Any, codebook: Codebook
) -> None:
    """Each coder is right but for a share of errors, then guesses evenly: alpha is (1 − errors)²."""
    rng = np.random.default_rng(11)
    codes = ["author", "other", "mixed"]
    tasks = []
    for n in range(1500):
        true = rng.integers(3)
        given = [rng.integers(3) if rng.random() < errors else true for _ in range(2)]
        both = [coded({"voice": codes[v]}, id=2 * n + who, completed_by=who) for who, v in enumerate(given)]
        tasks.append(task(n, *both))
    export = read_codings([written(tasks)], codebook)
    voice = agree(export.annotations, codebook, draws=0).layers["voice"]
    assert voice.shared == 1500
    assert voice.alpha == pytest.approx((1 - errors) ** 2, abs=0.04)


def test_a_chain_has_one_stance_wherever_its_pieces_carry_it(row: Row, codebook: Codebook) -> None:
    """Anna gives it at the first piece, bert at the second: as a whole they agree."""
    pieces = {"anna": ("against", "unrelated"), "bert": ("unrelated", "against")}
    rows = [
        row(who, f"c:{n}", {"stance": {"maut": code, "tempolimit": "unrelated"}})
        for who, codes in pieces.items()
        for n, code in enumerate(codes)
    ]
    report = agree(rows, codebook, draws=0, chains={"c:0": "c:0", "c:1": "c:0"})
    assert report.layers["stance"].observed == 0.5
    assert (report.chains["stance"].observed, report.chains["stance"].shared) == (1, 1)
    assert agree(rows, codebook, draws=0).chains == {}


# what counts


def test_layers_that_no_model_learns_are_left_out(pairs: Any, codebook: Codebook) -> None:
    report = agree(pairs("voice", ("author", "author")), codebook, draws=0)
    assert list(report.layers) == ["voice", "stance", "rhetoric", "force"]


def test_a_skipped_sentence_is_missing_not_a_value(row: Row, pairs: Any, codebook: Codebook) -> None:
    rows = pairs("voice", ("author", "author"), ("other", "other"))
    skipped = [row("anna", "c9:1", {"voice": "mixed"}), row("bert", "c9:1", skipped=True)]
    report = agree([*rows, *skipped], codebook, draws=0)
    assert (report.layers["voice"].shared, report.shared, report.sentences) == (2, 2, 3)


def test_a_third_annotator_counts_where_they_coded(row: Row, pairs: Any, codebook: Codebook) -> None:
    rows = pairs("voice", ("author", "author"), ("other", "other"))
    voice = agree([*rows, row("cleo", "c0:1", {"voice": "mixed"})], codebook, draws=0).layers["voice"]
    assert voice.annotators == 3
    assert [pair.annotators for pair in voice.pairs] == [("anna", "bert"), ("anna", "cleo"), ("bert", "cleo")]
    # units of 2 and 3 values: D_o = (3 − 1) / 5 · 2/3 … Krippendorff: 4 unequal ordered pairs over m − 1
    assert voice.observed == pytest.approx(1 - (4 / 2) / 5, abs=1e-6)


# the edges


def test_nobody_shared_a_sentence_is_an_error_and_no_number(row: Row, codebook: Codebook) -> None:
    rows = [row("anna", "c:1", {"voice": "author"}), row("bert", "c:2", {"voice": "author"})]
    with pytest.raises(DataError, match="2 annotators coded 2 sentences, none of them in common"):
        agree(rows, codebook)


def test_one_annotator_alone_is_an_error(row: Row, codebook: Codebook) -> None:
    with pytest.raises(DataError, match="all 1 codings are by anna, expected two annotators"):
        agree([row("anna", "c:1", {"voice": "author"})], codebook)


def test_nothing_but_skipped_rows_is_an_error(row: Row, codebook: Codebook) -> None:
    with pytest.raises(DataError, match="2 annotations, none of them with a coding"):
        agree([row(who, "c:1", skipped=True) for who in ("anna", "bert")], codebook)


def test_one_category_only_is_undefined_with_full_raw_agreement(pairs: Any, codebook: Codebook) -> None:
    voice = as_json(agree(pairs("voice", *[("author", "author")] * 6), codebook).layers["voice"])
    assert voice["reason"] == "undefined: one category only, full raw agreement"
    assert [voice[name] for name in ("alpha", "interval", "kappa", "ac1", "observed")] == [None] * 4 + [1]


def test_a_layer_nobody_shared_is_undefined_with_a_reason(pairs: Any, codebook: Codebook) -> None:
    force = as_json(agree(pairs("voice", ("author", "author")), codebook).layers["force"])
    assert force["reason"] == "undefined: no two annotators coded it in the same sentence"
    assert (force["alpha"], force["observed"], force["shared"], force["annotators"]) == (None, None, 0, 0)


def test_a_figure_that_is_defined_has_no_reason(pairs: Any, codebook: Codebook) -> None:
    mixed = [("author", "author"), ("other", "other"), ("other", "author")] * 10
    voice = as_json(agree(pairs("voice", *mixed), codebook).layers["voice"])
    assert "reason" not in voice
    assert "touched" not in voice


# intervals


def test_an_interval_holds_its_figure_and_is_the_same_every_time(pairs: Any, codebook: Codebook) -> None:
    mixed = [("author", "author"), ("other", "other"), ("other", "author"), ("mixed", "mixed")] * 20
    report = agree(pairs("voice", *mixed), codebook)
    low, high = report.layers["voice"].interval or (1, 0)
    assert low < (report.layers["voice"].alpha or 0) < high
    assert msgspec.json.encode(agree(pairs("voice", *mixed), codebook)) == msgspec.json.encode(report)


def test_the_order_of_the_rows_changes_no_figure(pairs: Any, codebook: Codebook) -> None:
    mixed = [("author", "author"), ("other", "other"), ("other", "author"), ("mixed", "other")] * 10
    rows = pairs("voice", *mixed)
    one, other = (agree(order, codebook).layers["voice"] for order in (rows, rows[::-1]))
    assert (one.alpha, one.interval, one.codes, one.pairs) == (
        other.alpha,
        other.interval,
        other.codes,
        other.pairs,
    )


def test_an_interval_draws_commentaries_not_sentences(row: Row, codebook: Codebook) -> None:
    """Twenty sentences of one text all differ: between texts the figures vary far more."""

    def coded(texts: int) -> list[Annotation]:
        rows = []
        for n in range(200):
            text = n % texts
            voices = ("author", "other") if text % 5 == 0 else (("author", "other")[n // texts % 2],) * 2
            for who, voice in zip(("anna", "bert"), voices, strict=True):
                rows.append(row(who, f"c{text}:{n}", {"voice": voice}))
        return rows

    wide, narrow = (agree(coded(texts), codebook).layers["voice"].interval or (0, 0) for texts in (10, 100))
    assert wide[1] - wide[0] > 1.5 * (narrow[1] - narrow[0])


def test_one_commentary_gives_no_interval_and_says_so(pairs: Any, codebook: Codebook) -> None:
    voice = agree(pairs("voice", ("author", "author"), ("other", "author"), ("other", "other")), codebook)
    assert voice.layers["voice"].interval is None
    assert voice.layers["voice"].reason == "no interval: all of it is in one commentary"


def test_a_code_too_rare_for_an_interval_says_so(pairs: Any, codebook: Codebook) -> None:
    mixed = [("author", "author"), ("other", "other")] * 20
    code = agree(pairs("voice", *mixed, ("mixed", "mixed")), codebook).layers["voice"].codes["mixed"]
    assert (code.alpha, code.interval) == (1, None)
    assert code.reason == "no interval: undefined in more than one bootstrap draw of ten"


# whatever comes

some_layers = st.fixed_dictionaries(
    {},
    optional={
        "voice": st.sampled_from(["author", "other", "mixed"]),
        "force": st.integers(1, 3),
        "rhetoric": st.lists(st.sampled_from(["irony", "metaphor", "none"]), unique=True),
        "stance": st.dictionaries(
            st.sampled_from(["tempolimit", "maut"]),
            st.sampled_from(["favor", "against", "open", "unrelated"]),
        ),
    },
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), some_layers, min_size=1))
def test_any_codings_give_a_report_or_a_sentence(
    codebook: Codebook, cells: dict[tuple[str, int], Layers]
) -> None:
    rows = [
        Annotation(
            sentence_id=f"c{n // 3}:{n}",
            commentary_id=f"c{n // 3}",
            annotator=who,
            codebook="probe",
            layers=layers,
        )
        for (who, n), layers in cells.items()
    ]
    try:
        report = agree(rows, codebook, draws=20)
    except DataError as error:
        assert "nothing to compare" in str(error)
        return
    for layer in as_json(report)["layers"].values():
        assert layer["alpha"] is None or layer["alpha"] <= 1
        assert layer["alpha"] is not None or layer["reason"]
        assert layer["observed"] is None or 0 <= layer["observed"] <= 1


def test_too_many_annotators_are_refused_before_every_pair_is_compared(row: Row, codebook: Codebook) -> None:
    """A thousand annotations of one task took minutes, two hundred thousand would take years."""
    many = [row(f"p{n}", "c1:1", {"voice": "author"}) for n in range(1000)]
    with pytest.raises(
        DataError, match=r"1,000 annotators, of whom up to 499,500 pairs .*1,000 coded c1:1.*at most 20,000"
    ):
        agree(many, codebook)
    apart = [row(f"p{n}", f"c1:{n // 2}", {"voice": "author"}) for n in range(250)]
    assert len(agree(apart, codebook, draws=0).annotators) == 250
