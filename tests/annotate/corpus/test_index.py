"""The figures of an index over a corpus are those of its sentences, whichever way the files part them."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from annotate.analysis.piece import TaggedPiece, view_piece
from annotate.analysis.prevalence import Errors, Estimate, Spread, counts_of, estimate
from annotate.corpus import counts as counting
from annotate.corpus.counts import Counter, Plan, Sums
from annotate.corpus.figures import Basis, CorpusIndex, Figure, TargetPeriod, index_of
from annotate.corpus.parts import find_parts, read_part
from annotate.corpus.run import index_corpus
from annotate.pages.german import share
from annotate.pages.periods import period_of
from reading_pieces import answers, codebook, devices, says, touches
from running import Ran
from schemas.jsonl import write_jsonl
from schemas.records import GoldSentence, LayerPrediction
from small_gold import gold

from .conftest import Write, commentary

Run = Callable[..., Ran]
TARGETS = ["tempolimit", "smartphone"]
ERRORS = Errors(
    how="unseen",
    sentences=800,
    tables={
        f"{what}{way}": [(8, 2, 9, 81)] * 12
        for what in ("stance.tempolimit", "stance.smartphone", "rhetoric.irony")
        for way in ("", ".favor", ".against")
    },
)


class Plain:
    """The same figures from the pieces themselves, one after the other, as the index of a folder has them."""

    def __init__(self, pieces: Sequence[TaggedPiece], errors: Errors | None) -> None:
        self._errors = errors
        self.sums: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        self.tallies: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        self._spread: dict[str, Spread] = defaultdict(Spread)
        book = codebook()
        for one in pieces:
            view = view_piece(one, book, number=1)
            day = one.commentary.date
            counts = dict(counts_of(view, book))
            for tally in view.targets:
                if tally.asked:
                    for code, count in tally.counts.items():
                        counts[f"{tally.lens.key}.{code}"] = (count, tally.answered)
                found = (tally.undecided, tally.held, tally.direction_open)
                for n, count in enumerate(found):
                    self.tallies[tally.lens.key][n] += count
            for what, (hits, of) in counts.items():
                self._spread[what].add(hits, of)
                for period in ("all", day[:7] if day else "undated"):
                    self.sums[period][what][0] += hits
                    self.sums[period][what][1] += of

    def of(self, period: str, what: str) -> tuple[int, int, Estimate] | None:
        hits, of = self.sums[period].get(what, (0, 0))
        spread = self._spread[what].effect
        return (hits, of, estimate(hits, of, self._errors, what, spread=spread)) if of else None


def found(figure: Figure | None) -> tuple[int, int, Estimate] | None:
    return (figure.hits, figure.of, figure.estimate) if figure else None


def index_with(folder: Path, errors: Errors | None) -> CorpusIndex:
    parts = find_parts(folder)
    plan = Plan(parts.book)
    sums = Sums(plan, lambda day: period_of(day, "month"))
    counter = Counter(plan, sums)
    for files in parts.parts:
        for part in files:
            for batch in read_part(folder, part, plan.columns):
                counter.add(batch)
        counter.end()
    basis = Basis(how="unseen") if errors else Basis(why="no-gold")
    return index_of(sums, parts.book, by="month", errors=errors, basis=basis, model_version="probe")


@pytest.mark.slow
@pytest.mark.parametrize("errors", [None, ERRORS], ids=["counted", "corrected"])
@pytest.mark.parametrize(("rows", "group"), [(500_000, 50_000), (100, 40), (7, 3)])
def test_figures_are_those_of_the_pieces_however_files_part_them(
    corpus: list[TaggedPiece], write: Write, errors: Errors | None, rows: int, group: int
) -> None:
    plain, index = Plain(corpus, errors), index_with(write(corpus, rows=rows, group=group), errors)
    months = sorted(period for period in plain.sums if period != "all")
    reason = None if errors else "no-gold"

    def expected(period: str, what: str) -> tuple[int, int, Estimate] | None:
        said = plain.of(period, what)
        if said and not errors:
            return (*said[:2], msgspec.structs.replace(said[2], reason=reason))
        return said

    assert sorted(target.target for target in index.targets) == sorted(TARGETS)
    for target in index.targets:
        key = f"stance.{target.target}"
        assert [one.period for one in target.periods] == months
        for one in (target.whole, *target.periods):
            assert found(one.touched) == expected(one.period, key)
            for code in ("favor", "against", "open"):
                assert found(one.codes[code]) == expected(one.period, f"{key}.{code}")
        assert plain.tallies[key] == [
            target.whole.undecided, target.whole.held, target.whole.direction_open,
        ]  # fmt: skip
    assert [device.code for device in index.devices] == ["irony", "metaphor"]
    for device in index.devices:
        what = f"rhetoric.{device.code}"
        assert found(device.whole) == expected("all", what)
        assert {period: found(one) for period, one in device.periods.items()} == {
            period: expected(period, what) for period in months
        }
    assert (index.commentaries, index.undated_commentaries) == (61, 6)
    assert index.sentences == sum(len(one.sentences) for one in corpus)


ABSTAINED = says("favor", 0.4, abstained=True)


@pytest.mark.parametrize(
    ("given", "touched", "codes", "opened", "undecided", "held"),
    [
        (answers(tempolimit="favor"), 1, {"favor": 1}, 0, 0, 0),
        (answers(tempolimit="against"), 1, {"against": 1}, 0, 0, 0),
        (answers(tempolimit="unrelated"), 0, {}, 0, 0, 0),
        (answers(tempolimit=touches()), 1, {}, 1, 0, 0),
        (answers(tempolimit=ABSTAINED), 0, {}, 0, 1, 0),
        (answers("other", tempolimit="favor"), 0, {}, 0, 0, 1),
        (answers("mixed", tempolimit=touches()), 0, {}, 0, 0, 1),
        (answers("other", tempolimit=ABSTAINED), 0, {}, 0, 0, 0),
        (answers(None, tempolimit="favor"), 0, {}, 0, 1, 0),
        (answers(says("author", 0.4, abstained=True), tempolimit="favor"), 0, {}, 0, 1, 0),
        (answers(None, tempolimit="unrelated"), 0, {}, 0, 0, 0),
    ],
)
def test_a_sentence_counts_as_on_its_page(
    write: Write, given: dict[str, LayerPrediction], touched: int, codes: dict[str, int], opened: int,
    undecided: int, held: int,
) -> None:  # fmt: skip
    (target,) = index_with(write([commentary(0, [given])]), None).targets
    one: TargetPeriod = target.whole
    assert one.touched is not None
    assert one.touched.hits == touched
    assert {code: figure.hits for code, figure in one.codes.items() if figure and figure.hits} == codes
    assert (one.direction_open, one.undecided, one.held) == (opened, undecided, held)


def test_a_target_that_nobody_asked_for_is_not_in_the_index(write: Write) -> None:
    index = index_with(write([commentary(0, [answers(tempolimit="favor", rhetoric=devices("irony"))])]), None)
    assert [target.target for target in index.targets] == ["tempolimit"]


def test_commentaries_of_two_shares_with_one_id_are_two(write: Write) -> None:
    one = [commentary(0, [answers(tempolimit="favor")] * 3)]
    write(one, name="part-1-of-2")
    index = index_with(write(one, name="part-2-of-2"), None)
    assert (index.commentaries, index.sentences) == (2, 6)


@pytest.mark.parametrize("rows", [1, 2, 3, 50])
def test_memory_is_of_a_batch_and_not_of_the_corpus(
    corpus: list[TaggedPiece], write: Write, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr("annotate.corpus.parts._ROWS", rows)
    seen: list[int] = []
    real = counting.commentaries_in

    def watched(batch: Any, plan: Plan) -> counting.Commentaries:
        seen.append(batch.num_rows)
        return real(batch, plan)

    monkeypatch.setattr(counting, "commentaries_in", watched)
    index = index_with(write(corpus), None)
    assert max(seen) <= rows
    assert index.sentences == sum(seen)


# ------------------------------------------------------------------ the command


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texte"
    folder.mkdir()
    own, other = (
        "Das Tempolimit nützt allen, und zwar in Ort {n}.",
        "Das Tempolimit sei Unfug, sagte Herr Q{n}.",
    )
    off = "Im Wald von Ort {n} regnet es seit {n} Tagen."
    for n in range(24):
        day = f"date: 2024-{1 + n % 8:02}-{10 + n % 12}\n" if n % 6 else ""
        words = " ".join(s.format(n=n) for s in ((own, own, other, off), (own, off, off, other))[n % 2])
        (folder / f"t{n:03}.md").write_text(
            f"---\ntitle: Text {n}\nauthor: Grete Halm\n{day}---\n\n{words}", "utf-8"
        )
    return folder


def test_the_figures_are_those_of_the_index_of_the_same_folder(
    standpunkt: Run, model: Path, texts: Path, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "gold.jsonl", unseen_gold())
    site, out = tmp_path / "seite", tmp_path / "out"
    more = ("-m", model, "--gold", tmp_path / "gold.jsonl")
    assert standpunkt("tag", texts, *more, "--to", "html", "-o", site).code == 0
    assert standpunkt("tag", texts, "-m", model, "--to", "parts", "-o", out).code == 0
    ran = standpunkt("index", out, *more, "--to", "json")
    assert ran.code == 0
    (target,) = [one for one in ran.json["targets"] if one["target"] == "tempolimit"]
    page = (site / "index.html").read_text("utf-8").replace("\u00a0", " ")

    def shown(figure: Any) -> str:
        low, high = figure["estimate"]["interval"]
        return f'{share(figure["estimate"]["share"])} % <span class="of">({share(low)}–{share(high)})</span>'

    assert ran.json["basis"] == {"how": "unseen", "sentences": 160, "why": None, "words": None}
    assert target["whole"]["touched"]["estimate"]["corrected"]
    months = [one for one in target["periods"] if one["period"] != "undated"]
    assert len(months) == 8
    for one in (target["whole"], *months):
        assert shown(one["touched"]) in page
        assert shown(one["codes"]["favor"]) in page
    assert (out / ".errors.json").read_bytes() == (site / ".errors.json").read_bytes()


def test_parts_of_texts_the_model_has_learned_from_are_counted(
    standpunkt: Run, model: Path, write: Write, tmp_path: Path
) -> None:
    version = model_version(model)
    said = [answers(tempolimit="favor")]
    known = [commentary(n, said, name=f"c{n}", model=version) for n in range(3)]  # of `small_gold`
    folder = write([*known, commentary(9, said, model=version)])
    assert standpunkt("index", folder, "-m", model, "--to", "json").json["learned"] == 3
    assert standpunkt("index", folder, "--to", "json").json["learned"] is None
    write_jsonl(tmp_path / "gold.jsonl", unseen_gold())
    ran = standpunkt("index", folder, "-m", model, "--gold", tmp_path / "gold.jsonl", "--to", "json")
    assert ran.json["basis"]["why"] == "learned"
    assert {one["whole"]["touched"]["estimate"]["corrected"] for one in ran.json["targets"]} == {False}
    assert not (folder / ".errors.json").exists()


def unseen_gold() -> list[GoldSentence]:
    """What people coded in commentaries the model does not know."""
    replace = msgspec.structs.replace
    return [
        replace(row, sentence_id=f"x{row.sentence_id}", commentary_id=f"x{row.commentary_id}")
        for row in gold()
    ]


def model_version(model: Path) -> str:
    return str(msgspec.json.decode((model / "model.json").read_bytes())["model_version"])


def test_csv_has_a_row_a_question_and_period(
    standpunkt: Run, write: Write, corpus: list[TaggedPiece]
) -> None:
    ran = standpunkt("index", write(corpus), "--to", "csv", "--by", "quarter")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    touched = [row for row in rows if row["target"] == "tempolimit" and not row["code"]]
    assert [row["period"] for row in touched] == [
        "all",
        "2024-q1",
        "2024-q2",
        "2024-q3",
        "2024-q4",
        "undated",
    ]
    assert sum(int(row["hits"]) for row in touched[1:]) == int(touched[0]["hits"])
    assert {row["code"] for row in rows if row["target"] == "tempolimit"} == {"", "favor", "against", "open"}
    assert {row["code"] for row in rows if row["layer"] == "rhetoric"} == {"irony", "metaphor"}
    assert "Without a sure date: 6 commentaries" in ran.err


@pytest.mark.parametrize(("name", "begins"), [("i.csv", "layer,"), ("i.json", "{"), ("i.html", "<!")])
def test_without_a_format_the_ending_of_the_file_names_it(
    standpunkt: Run, write: Write, corpus: list[TaggedPiece], tmp_path: Path, name: str, begins: str
) -> None:
    assert standpunkt("index", write(corpus), "-o", tmp_path / name).code == 0
    assert (tmp_path / name).read_text("utf-8").startswith(begins)


def test_csv_is_written_for_excel_in_german(standpunkt: Run, write: Write, corpus: list[TaggedPiece]) -> None:
    ran = standpunkt("index", write(corpus), "--to", "csv", "--german")
    assert ran.out.startswith("\ufefflayer;target;code;period")


def test_json_reads_back_as_what_it_was_made_of(
    standpunkt: Run, write: Write, corpus: list[TaggedPiece], tmp_path: Path
) -> None:
    out = tmp_path / "index.json"
    assert standpunkt("index", write(corpus), "--to", "json", "-o", out).code == 0
    index, _ = index_corpus(tmp_path / "out")
    assert msgspec.json.decode(out.read_bytes(), type=CorpusIndex) == index


def test_the_report_is_printed_beside_the_page(standpunkt: Run, write: Write, tmp_path: Path) -> None:
    folder = write([commentary(n, [answers(tempolimit="favor")]) for n in range(3)])
    ran = standpunkt("index", folder, "-o", tmp_path / "i.html", "--json")
    assert ran.json == standpunkt("index", folder, "--to", "json", "--json").json
    assert "in 100% (44 to 100%) of the sentences" in ran.err
    assert (tmp_path / "i.html").exists()
    assert standpunkt("index", folder, "--to", "csv", "--json").code == 2


def test_the_errors_of_the_model_of_a_study_are_found_by_its_version(
    standpunkt: Run, model: Path, write: Write, tmp_path: Path
) -> None:
    version, study = model_version(model), tmp_path / "s"
    assert standpunkt("init", study, "--targets", "ziele-ukraine", "--annotators", "anna").code == 0
    folder = write([commentary(n, [answers(tempolimit="favor")], model=version) for n in range(3)])
    words = ("index", folder, "--study", study, "--to", "json")
    assert standpunkt(*words).json["basis"]["why"] == "no-gold"
    write_jsonl(study / "data" / "gold.jsonl", unseen_gold())
    assert standpunkt(*words).json["basis"]["why"] == "no-model"
    (study / "models").mkdir(exist_ok=True)
    (study / "models" / version).symlink_to(model)
    basis = standpunkt(*words).json["basis"]
    assert (basis["how"], basis["sentences"]) == ("unseen", 160)


def test_errors_that_cannot_be_measured_leave_the_figures_as_counted_and_say_why(
    standpunkt: Run, model: Path, write: Write, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "gold.jsonl", gold())  # all alike: nothing of it can be held out
    folder = write([commentary(0, [answers(tempolimit="favor")], model=model_version(model))])
    found = standpunkt("index", folder, "-m", model, "--gold", tmp_path / "gold.jsonl", "--to", "json").json
    assert found["basis"]["why"] == "failed"
    assert "no part can be held out" in found["basis"]["words"]
    assert found["targets"][0]["whole"]["touched"]["estimate"]["reason"] == "failed"
