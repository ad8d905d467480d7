"""The report: its numbers are the verbs', it says what is missing, and nothing in it runs."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from annotate.report.chapters import to_document
from annotate.report.claims import claims_of
from annotate.report.document import Document, Quotes, Table
from annotate.report.facts import StudyReport
from annotate.report.gather import gather
from annotate.report.markdown import to_latex, to_markdown
from annotate.report.page import report_page
from annotate.report.paper import write_paper
from annotate.study.folder import Study
from exports.agreement.report_text import Place
from running import Ran
from schemas.errors import SettingsError
from schemas.jsonl import read_jsonl
from schemas.records import Annotation

from .conftest import Make

#: The whole of a study is cross-validated.
pytestmark = pytest.mark.slow

Run = Callable[..., Ran]
MARK = "<script>x</script>|*a*_b_`c`$d$ \\e{f} %& #g^~ [h](i) "


@pytest.fixture(scope="session")
def report(study: Study) -> StudyReport:
    return gather(study, names=True)


@pytest.fixture(scope="session")
def document(study: Study, report: StudyReport) -> Document:
    return to_document(report, study.codebook(), {})


def read(study: Study, **options: Any) -> tuple[StudyReport, str]:
    found = gather(study, evaluated=False, **options)
    return found, to_markdown(to_document(found, study.codebook(), {}))


class Tables(HTMLParser):
    """Caption → rows of cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self._words: list[str] = []
        self._rows: list[list[str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in ("caption", "td", "th"):
            self._words = []
        elif tag == "tr":
            self._rows.append([])

    def handle_endtag(self, tag: str) -> None:
        if tag == "caption":
            self._rows = self.found.setdefault("".join(self._words), [])
        elif tag in ("td", "th"):
            self._rows[-1].append("".join(self._words))

    def handle_data(self, data: str) -> None:
        self._words.append(data)


def number(value: float | None, digits: int = 2) -> str:
    shown = "–" if value is None else f"{value:.{digits}f}".replace(".", ",").replace("-", "−")
    return shown.replace("−0,00", "0,00") if digits else re.sub("^−0$", "0", shown)


def bounded(value: float | None, interval: list[float] | None, digits: int = 2) -> str:
    if interval is None:
        return number(value, digits)
    return f"{number(value, digits)} ({number(interval[0], digits)} bis {number(interval[1], digits)})"


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f}\u00a0%"


def share(value: float | None, interval: list[float] | None) -> str:
    between = f" ({percent(interval[0])} bis {percent(interval[1])})" if interval else ""
    return percent(value) + between


LABELS = {"function": "Satzart", "stance": "Haltung", "rhetoric": "Mittel"}
CODES = {
    "report": "Bericht", "claim": "Urteil", "demand": "Forderung", "favor": "Ja", "against": "Nein",
    "unrelated": "nicht berührt", "irony": "Ironie", "attack": "Abwertung", "none": "Keine",
}  # fmt: skip


@pytest.fixture(scope="session")
def tables(document: Document) -> dict[str, list[list[str]]]:
    return Tables(report_page(document)).found


def test_agreement_is_that_of_agree(tables: Any, study: Study, standpunkt: Run) -> None:
    found = standpunkt("agree", "--study", study.folder, "--json").json
    rows = {row[0]: row[1:] for row in tables["Übereinstimmung je Ebene"]}
    for name, layer in found["layers"].items():
        figures = {LABELS[name]: layer}
        if "touched" in layer:
            figures |= {
                f"{LABELS[name]}: berührt": layer["touched"],
                f"{LABELS[name]}: Richtung": layer["direction"],
            }
        for shown, one in figures.items():
            assert rows[shown] == [
                bounded(one["alpha"], one["interval"]),
                share(one["observed"], one["interval_observed"]),
                bounded(one["kappa"], one["interval_kappa"]),
                bounded(one["ac1"], one["interval_ac1"]),
                str(one["shared"]),
            ]
        codes = {row[0]: row[1:] for row in tables[f"{LABELS[name]}: je Code"][1:]}
        assert codes == {
            CODES[code]: [
                str(one["n"]),
                bounded(one["alpha"], one["interval"]),
                bounded(one["positive_agreement"], one["interval_positive_agreement"]),
                bounded(one["ac1"], one["interval_ac1"]),
            ]
            for code, one in layer["codes"].items()
            if one["n"]
        }
    for row in tables["Haltung: je Ziel"][1:]:
        one = found["layers"]["stance"]["targets"]["tempolimit"]
        parts = [bounded(part["alpha"], part["interval"]) for part in (one, one["touched"], one["direction"])]
        assert row == [
            "Soll ein Tempolimit gelten?",
            *parts,
            str(one["shared"]),
            str(one["direction"]["shared"]),
        ]
    pairs = [
        [LABELS[name], " – ".join(pair["annotators"]), str(pair["n"]), percent(pair["observed"]),
         bounded(pair["kappa"], pair["interval_kappa"]), bounded(pair["alpha"], pair["interval"])]
        for name, layer in found["layers"].items() for pair in layer["pairs"]
    ]  # fmt: skip
    assert tables["Je zwei Personen"][1:] == pairs


def test_suggestions_are_those_of_audit(tables: Any, study: Study, standpunkt: Run) -> None:
    found = standpunkt("audit", "--study", study.folder, "--json").json

    def points(shift: Any) -> str:
        interval = shift["interval"] and [100 * bound for bound in shift["interval"]]
        return bounded(None if shift["shift"] is None else 100 * shift["shift"], interval, 0)

    assert tables["Wie oft ein Code vergeben wird, mit und ohne Vorschläge"][1:] == [
        ["Soll ein Tempolimit gelten?" if code["target"] else LABELS[code["layer"]], CODES[code["code"]],
         percent(code["kept"]["share"]), str(code["dropped"]), str(code["added"]),
         percent(code["shift"]["with_suggestions"]), percent(code["shift"]["without"]), points(code["shift"]),
         number(code["shift"]["q"])]
        for code in found["codes"]
    ]  # fmt: skip
    assert tables["Übereinstimmung mit Vorschlägen, verglichen mit ohne"][1:] == [
        [LABELS[name], share(one["kept"]["share"], one["kept"]["interval"]), str(one["kept"]["n"]),
         points(one["between_people"]), points(one["with_model"])]
        for name, one in found["layers"].items()
    ]  # fmt: skip
    people = [row[:4] for row in tables["Wer wie mit Vorschlägen umgeht"][1:]]
    assert people == [
        [
            name,
            share(one["kept"]["share"], one["kept"]["interval"]),
            str(one["kept"]["n"]),
            points(one["with_model"]),
        ]
        for name, one in found["annotators"].items()
    ]
    time = dict(tables["Zeit je Satz"][1:])
    assert time["Sekunden mit Vorschlägen (Median)"] == number(found["time"]["median_with"], 1)
    assert time["so viel mal so lange"] == bounded(found["time"]["ratio"], found["time"]["interval"])


def test_the_model_is_that_of_evaluate(tables: Any, study: Study, standpunkt: Run) -> None:
    found = standpunkt("evaluate", "--study", study.folder, "--json").json
    rows = {row[0]: row[1:] for row in tables["Das Modell je Ebene"][1:]}
    plain = {row[0]: row[1:] for row in tables["Was schon ohne das Modell gelingt (Makro-F1)"][1:]}
    silent = {row[0]: row[1:] for row in tables["Wenn es sich enthalten darf"][1:]}
    for name, layer in found["layers"].items():
        ceiling, base, at = layer["ceiling"], layer["baselines"], layer["at_abstention"]
        assert rows[LABELS[name]] == [
            bounded(layer["macro_f1"], layer["interval"]), percent(layer["accuracy"]),
            bounded(ceiling["macro_f1"], ceiling["interval"]),
            bounded(ceiling["model_macro_f1"], ceiling["model_interval"]),
        ]  # fmt: skip
        assert plain[LABELS[name]] == [
            number(base[part]) for part in ("twin", "keyword", "length", "majority")
        ]
        assert silent[LABELS[name]] == [
            percent(at["coverage"]), percent(at["accuracy"]), number(at["macro_f1"]), str(layer["n"]),
        ]  # fmt: skip
        assert tables[f"{LABELS[name]}: das Modell je Code"][1:] == [
            [CODES[code], str(one["support"]), number(one["precision"]), number(one["recall"]),
             bounded(one["f1"], one.get("interval")), number(one.get("average_precision"))]
            for code, one in layer["codes"].items()
        ]  # fmt: skip
    assert tables["Lernkurve (Makro-F1)"][1:] == [
        [
            str(point["commentaries"]),
            str(point["sentences"]),
            *(number(point["macro_f1"][name]) for name in LABELS),
        ]
        for point in found["learning_curve"]
    ]


def test_the_same_study_gives_the_same_bytes(study: Study, report: StudyReport) -> None:
    again = gather(study, names=True, evaluation=report.evaluation)
    assert again == report
    pages = [report_page(to_document(one, study.codebook(), {})) for one in (report, again)]
    assert pages[0] == pages[1]


def test_every_figure_has_words_and_ids_are_given_once(document: Document) -> None:
    page = report_page(document)
    labels = re.findall(r'<svg role="img" aria-label="([^"]+)"', page)
    assert page.count("<svg") == len(labels) == 4  # agreement, model, probabilities, learning curve
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert not re.search(r'(src|href)="(http|//)|@import|url\("?http', page)


def test_english_is_whole(study: Study, report: StudyReport) -> None:
    found = gather(study, language="en", evaluation=report.evaluation)
    document = to_document(found, study.codebook(), {})
    page = report_page(document).partition("</style>")[2]
    spoken = " ".join(re.findall(r'aria-label="([^"]+)"', page))
    words = " ".join([re.sub("<[^>]*>", " ", page), spoken])
    german = (
        r"\b(?:und|der|die|das|nicht|Satz|Sätze|Ebene|Urteil|Haltung|bis|ohne|mit|von|Modell|Menschen)\b|„"
    )
    assert not re.findall(german, words)
    assert not re.findall(r"\b\d,\d\d?\b", words)
    assert "Should there be a speed limit?" in words


def test_pseudonyms_stand_for_names(study: Study) -> None:
    _, words = read(study)
    assert not re.search(r"\b(anna|ben|cara)\b", words)


def test_what_the_texts_are_is_said_in_words(study: Study) -> None:
    _, words = read(study)
    assert "Sprache der Vorlagen, wo sie bekannt ist: Englisch (1)." in words
    assert "Auffällige Kommentare: ohne Titel (1)." in words
    assert re.search(r"Nicht codierte Kommentare \| 1 ", words)
    assert "in der Folge des Textes" in words


# ---------------------------------------------------------------------- short data


def test_without_suggestions_it_is_said(made: Make) -> None:
    found, words = read(made(suggests=False))
    assert found.audit is None
    assert "Es wurde ohne Vorschläge codiert." in words
    assert "Kein Modell hat beim Codieren Vorschläge gemacht." in words


def test_without_a_control_arm_nothing_is_claimed_of_suggestions(made: Make) -> None:
    found, words = read(made(control=False))
    (claim,) = [claim for claim in found.claims if claim.about == "suggestions"]
    assert not claim.may
    assert "Jeder Satz wurde mit Vorschlägen codiert" in words


@pytest.mark.parametrize(("interval", "may"), [((0.86, 0.94), True), ((0.7, 1.0), False), (None, False)])
def test_a_model_is_close_to_people_where_its_own_interval_says_so(
    report: StudyReport, study: Study, interval: tuple[float, float] | None, may: bool
) -> None:
    assert report.evaluation
    name, layer = next(iter(report.evaluation.layers.items()))
    assert layer.ceiling
    ceiling = replace(
        layer.ceiling, macro_f1=0.95, interval=(0.7, 1.0), model_macro_f1=0.9, model_interval=interval
    )
    evaluation = replace(report.evaluation, layers={name: replace(layer, ceiling=ceiling)})
    found = claims_of(replace(report, evaluation=evaluation), study.codebook())
    (claim,) = [claim for claim in found if "hinter Menschen" in claim.words]
    assert claim.may is may


def test_one_annotator_is_no_agreement_but_a_machine_can_be_compared(made: Make) -> None:
    study = made(people=("anna",))
    found, words = read(study)
    assert not any(claim.may for claim in found.claims if claim.about == "agreement")
    assert "Es hat nur eine Person codiert" in words
    machine = [
        replace(row, annotator="model-x", suggested=None) for row in read_jsonl(study.annotations, Annotation)
    ]
    beside, words = read(study, machines=machine)
    assert "model-x" in words
    assert "Menschen und Maschinen" in words
    assert beside.agreement is not None and beside.agreement.shared == 0


def test_an_account_of_a_model_is_no_person(study: Study) -> None:
    found, words = read(study, accounts=["cara"])
    assert len(found.people) == 2
    assert "Menschen und Maschinen" in words
    with pytest.raises(SettingsError, match='no coding by the model "dora"'):
        gather(study, accounts=["dora"], evaluated=False)


def test_several_versions_of_the_codebook_are_said(made: Make) -> None:
    _, words = read(made(versions=("0.9.0", "1.0.0")))
    assert "Codiert wurde unter mehreren Fassungen des Codebuchs: 0.9.0 (" in words
    assert "Nach Fassungen des Codebuchs" in words


def test_without_gold_there_is_no_model_and_no_leak_to_look_for(made: Make) -> None:
    found, words = read(made(with_gold=False))
    assert found.gold is None and found.leaks is None
    assert "Noch ist nichts entschieden, woran ein Modell zu messen wäre" in words


def test_a_test_sentence_that_was_suggested_is_a_leak(study: Study) -> None:
    found, words = read(study)
    assert found.leaks is not None and found.leaks.test_suggested > 0
    assert "Die Werte des Modells sind mit Vorsicht zu lesen" in words


# ---------------------------------------------------------------------- hostile text, files


def test_nothing_that_is_written_in_a_text_is_markup(made: Make) -> None:
    study = made(mark=MARK)
    found = gather(study, evaluated=False)
    texts = {f"k{text:02}:{n}": Place(text=MARK) for text in range(14) for n in range(8)}
    document = to_document(found, study.codebook(), texts)
    page = report_page(document)
    assert "<script>" not in page
    assert "&lt;script&gt;x&lt;/script&gt;|*a*_b_`c`$d$ \\e{f}" in page
    words = to_markdown(document)
    assert "<script>" not in words.replace("\\<script\\>", "")
    rows = [line for line in words.splitlines() if line.startswith("| ") and "script" in line]
    assert rows and all(len(re.findall(r"(?<!\\)\|", row)) == 3 for row in rows)
    (authors,) = [
        p for c in document.chapters for p in c.parts if isinstance(p, Table) and p.name == "authors"
    ]
    latex = to_latex(authors)
    assert r"*a*\_b\_`c`\$d\$ \textbackslash{}e\{f\} \%\& \#g\textasciicircum{}\textasciitilde{}" in latex
    quotes = [p for c in document.chapters for p in c.parts if isinstance(p, Quotes)]
    assert quotes and quotes[0].rows[0].text == MARK


def test_a_paper_gets_its_paragraphs_tables_and_references(
    tmp_path: Path, study: Study, report: StudyReport, document: Document
) -> None:
    names = write_paper(tmp_path / "paper", document, report, study.codebook())
    assert {"methods.md", "limits.md", "references.bib", "tables/agreement.tex", "tables/model.tex"} <= {
        *names
    }
    methods = (tmp_path / "paper" / "methods.md").read_text("utf-8")
    assert methods.startswith(
        "Drei Personen codierten 104 Sätze aus 13 Kommentaren nach dem Codebuch probe 1.0.0."
    )
    assert "Haltung (ob berührt) α = 1,00 (1,00 bis 1,00), Haltung (Richtung) α = " in methods
    assert "Wo sie keine Vorschläge sahen: Satzart α = " in methods
    tables = [(tmp_path / "paper" / name).read_text("utf-8") for name in names if name.endswith(".tex")]
    for table in tables:
        columns = len(re.search(r"\\begin\{tabular\}\{([lr]+)\}", table)[1])  # type: ignore[index]
        lines = [line for line in table.splitlines() if line.endswith(r" \\")]
        assert lines and all(len(re.findall(r"(?<!\\)&", line)) == columns - 1 for line in lines)
