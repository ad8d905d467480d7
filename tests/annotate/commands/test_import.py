"""`standpunkt import`: what another tool's files become, up to agreement, gold and a model."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.annotations import own_rows, with_imported
from annotate.study.folder import open_study
from annotate.study.projects import find_projects
from running import ROOT, Ran
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Commentary, Sentence
from schemas.studio_json import to_result

Run = Callable[..., Ran]
DOCCANO = ROOT / "tests" / "exports" / "readers" / "tools" / "doccano"
SPANS = sorted((DOCCANO / "spans").iterdir())
APART = sorted((DOCCANO / "classification-apart").iterdir())


def codings(folder: Path) -> list[tuple[str, str, Any]]:
    """Who coded which sentence how."""
    study = open_study(folder)
    texts = {s.sentence_id: s.text for s in read_jsonl(study.sentences, Sentence)}
    rows = read_jsonl(study.annotations, Annotation)
    return [(row.annotator, texts[row.sentence_id], row.layers) for row in rows]


def jsonl(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_labels_of_whole_texts_are_codings_of_whole_texts(standpunkt: Run, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    report = standpunkt("import", *APART, "-o", folder, "--json").json
    assert report["annotators"] == {"anna": 2, "ben": 2}
    assert (report["unit"], report["layers"]) == ("text", {"label": "one"})
    assert report["lost"]["comments"] == 1
    assert codings(folder) == [
        ("anna", "Die Maut ist überfällig und gerecht.", {"label": "these"}),
        ("ben", "Die Maut ist überfällig und gerecht.", {"label": "meldung"}),
        ("anna", "Gestern tagte der Ausschuss in Berlin. 😀 Niemand kam.", {"label": "meldung"}),
        ("ben", "Gestern tagte der Ausschuss in Berlin. 😀 Niemand kam.", {"label": "meldung"}),
    ]
    agreed = standpunkt("agree", "--study", folder, "--json").json
    assert agreed["layers"]["label"]["observed"] == 0.5
    assert open_study(folder).settings.annotators == ["anna", "ben"]


def test_marked_parts_are_codes_of_the_sentences_they_cover(standpunkt: Run, tmp_path: Path) -> None:
    ran = standpunkt("import", *SPANS, "-o", tmp_path / "s")
    assert ran.code == 0
    assert "a marked part is a code of the sentences it covers: 3 cover a part of one" in ran.err
    assert codings(tmp_path / "s") == [
        ("anna", "Gestern tagte der Ausschuss in Berlin. 😀", {"label": ["ort"]}),
        ("ben", "Gestern tagte der Ausschuss in Berlin. 😀", {"label": ["ort"]}),
        ("anna", "Niemand kam.", {"label": ["ironie"]}),
        ("ben", "Niemand kam.", {"label": []}),
        ("anna", "Wer zahlt, der schweigt bekanntlich.", {"label": ["ironie"]}),
    ]


@pytest.mark.parametrize("files", [SPANS, APART])
def test_the_study_is_one_like_any_other(files: list[Path], standpunkt: Run, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    assert standpunkt("import", *files, "-o", folder).code == 0
    assert standpunkt("codebook", "lint", folder / "codebook.yaml").code == 0
    study = open_study(folder)
    before = study.sentences.read_bytes(), study.commentaries.read_bytes()
    assert standpunkt("split", "--study", folder).code == 0
    assert (study.sentences.read_bytes(), study.commentaries.read_bytes()) == before
    for commentary, sentence in zip(
        *(list(read_jsonl(path, kind)) for path, kind in
          ((study.commentaries, Commentary), (study.sentences, Sentence))), strict=False,
    ):  # fmt: skip
        assert commentary.text[sentence.start : sentence.end] == sentence.text
        break
    assert standpunkt("adjudicate", "--study", folder).code == 0
    assert standpunkt("relink", "--study", folder, "--dry-run", "--json").json["lost"] == []


def test_a_model_is_trained_on_what_was_imported(standpunkt: Run, tmp_path: Path) -> None:
    rows = [
        {"id": n, "text": f"Wer will den Steg {n}?" if n % 2 else f"Am Tag {n} tagte der Rat.",
         "label": ["Frage" if n % 2 else "Bericht"]}
        for n in range(40)
    ]  # fmt: skip
    file = jsonl(tmp_path / "frage.jsonl", *rows)
    assert standpunkt("import", file, "-o", tmp_path / "s", "--annotator", "anna").code == 0
    assert standpunkt("adjudicate", "--study", tmp_path / "s").code == 0
    trained = standpunkt("train", "--study", tmp_path / "s", "--encoder", "none", "--json").json
    assert trained["layers"]["label"]["trained"] is True


def test_nothing_is_overwritten(standpunkt: Run, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    error = standpunkt("import", *APART, "-o", tmp_path / "s").error
    assert "s: exists already, nothing was changed: name a new folder with -o" in error
    assert list(tmp_path.iterdir()) == [tmp_path / "s"]


def test_a_later_pull_keeps_the_rows_also_where_a_text_was_mended(standpunkt: Run, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    assert standpunkt("import", *SPANS, "-o", folder).code == 0
    study = open_study(folder)
    rows = list(read_jsonl(study.annotations, Annotation))
    assert own_rows(study) == []
    assert with_imported(study, []) == rows
    texts = study.commentary_folder / "doccano.jsonl"
    texts.write_text(texts.read_text("utf-8").replace("Niemand kam.", "Niemand kam mehr."), "utf-8")
    assert standpunkt("relink", "--study", folder).code == 0
    mended = list(read_jsonl(study.annotations, Annotation))
    assert [row.sentence_id for row in mended] != [row.sentence_id for row in rows]
    assert own_rows(study) == []
    assert with_imported(study, []) == mended


def test_what_fails_leaves_nothing_behind(standpunkt: Run, tmp_path: Path) -> None:
    book = tmp_path / "c.yaml"
    book.write_text(BOOK, "utf-8")
    assert standpunkt("import", *APART, "-o", tmp_path / "s", "--codebook", book).code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.yaml"]


BOOK = """
codebook: hand
version: 1.0.0
language: de
targets: [{id: maut, question: "Soll es eine Maut geben?"}]
layers:
  - {id: art, kind: one, label: Art, codes: [{id: claim, label: These}, {id: report, label: Meldung}]}
  - {id: haltung, kind: stance, label: Haltung, codes: [{id: favor, label: Ja}, {id: against, label: Nein}]}
  - {id: mittel, kind: set, label: Mittel, codes: [{id: ironie, label: Ironie}]}
"""


@pytest.mark.parametrize(
    ("files", "tool_map", "expected"),
    [
        (APART, "controls: {label: {layer: art}}\nannotators: {anna: a1}",
         [("a1", {"art": "claim"}), ("ben", {"art": "report"}), ("a1", {"art": "report"}), ("ben", {"art": "report"})]),
        (APART, "controls: {label: {layer: haltung, target: maut, codes: {These: favor, Meldung: unrelated}}}",
         [("anna", {"haltung": {"maut": "favor"}}), ("ben", {"haltung": {"maut": "unrelated"}}),
          ("anna", {"haltung": {"maut": "unrelated"}}), ("ben", {"haltung": {"maut": "unrelated"}})]),
        (SPANS, "controls: {label: {layer: mittel, codes: {Ort: ''}}}",
         [("anna", {"mittel": []}), ("ben", {"mittel": []}), ("anna", {"mittel": ["ironie"]}), ("ben", {"mittel": []}),
          ("anna", {"mittel": ["ironie"]})]),
    ],
)  # fmt: skip
def test_a_map_puts_codings_into_a_codebook_that_there_is(
    files: list[Path], tool_map: str, expected: Any, standpunkt: Run, tmp_path: Path
) -> None:
    (tmp_path / "c.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "m.yaml").write_text(tool_map, "utf-8")
    given = ("--codebook", tmp_path / "c.yaml", "--map", tmp_path / "m.yaml")
    ran = standpunkt("import", *files, "-o", tmp_path / "s", *given)
    assert ran.code == 0, ran.err
    assert [(name, layers) for name, _, layers in codings(tmp_path / "s")] == expected


@pytest.mark.parametrize(
    ("tool_map", "words"),
    [
        (None, '"label" is no layer of the codebook hand (there are art, haltung, mittel): say in a map'),
        ("controls: {label: {layer: mittel}}", "'These' (and 1 more) is no code of mittel (ironie)"),
        ("controls: {label: {layer: haltung}}", "needs a target of the codebook, one of maut"),
        ("controls: {lable: {layer: art}}", 'the export has no "lable"; did you mean "label"?'),
        ("control: {}", 'm.yaml:1: unknown field "control"; did you mean "controls"?'),
        ("annotators: {cara: c}", 'nobody is called "cara"; the export has anna, ben'),
        ("annotators: {anna: Anna M}", 'm.yaml:1: annotators: name "Anna M": expected small letters'),
    ],
)  # fmt: skip
def test_what_has_no_place_in_the_codebook_is_named(
    tool_map: str | None, words: str, standpunkt: Run, tmp_path: Path
) -> None:
    (tmp_path / "c.yaml").write_text(BOOK, "utf-8")
    given: list[Any] = ["--codebook", tmp_path / "c.yaml"]
    if tool_map is not None:
        (tmp_path / "m.yaml").write_text(tool_map, "utf-8")
        given += ["--map", tmp_path / "m.yaml"]
    assert words in standpunkt("import", *APART, "-o", tmp_path / "s", *given).error


def test_layers_in_a_map_need_their_codebook(standpunkt: Run, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("controls: {label: {layer: art}}", "utf-8")
    error = standpunkt("import", *APART, "-o", tmp_path / "s", "--map", tmp_path / "m.yaml").error
    assert "of which codebook? (set --codebook)" in error


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--unit", "sentence"), [("Die Maut ist gerecht.", {"label": "these"})]),
        ((), [("Die Maut ist gerecht.", {"label": "these"}), ("Der Rat tagt. Er ruht.", {"label": "meldung"})]),
    ],
)  # fmt: skip
def test_a_label_of_several_sentences_is_none_of_each(
    words: tuple[str, ...], expected: Any, standpunkt: Run, tmp_path: Path
) -> None:
    file = jsonl(
        tmp_path / "a.jsonl",
        {"id": 1, "text": "Die Maut ist gerecht.", "label": ["These"]},
        {"id": 2, "text": " Der Rat tagt. Er ruht.\n", "label": ["Meldung"]},
    )
    report = standpunkt("import", file, "-o", tmp_path / "s", "--json", *words).json
    assert [(text, layers) for _, text, layers in codings(tmp_path / "s") if layers != {"label": []}] == [
        (text, layers if report["layers"]["label"] == "one" else {"label": [layers["label"]]})
        for text, layers in expected
    ]
    lost = "labels of whole texts (--unit text codes whole texts)"
    assert report["lost"] == ({lost: 1} if words else {})


def test_offsets_follow_a_text_into_its_composed_form(standpunkt: Run, tmp_path: Path) -> None:
    text = "U\u0308ber die Bru\u0308cke. Der Rat fehlt."
    start = text.index("Rat")
    file = jsonl(tmp_path / "a.jsonl", {"text": text, "label": [[start, start + 3, "Rat"]]})
    assert standpunkt("import", file, "-o", tmp_path / "s").code == 0
    assert [(text, layers["label"]) for _, text, layers in codings(tmp_path / "s")] == [
        ("Über die Brücke.", []), ("Der Rat fehlt.", ["rat"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "kind", "values"),
    [
        (["1", "2", "3"], "scale", [1, 2, 3]),
        (["0", "1", "2"], "one", ["code_0", "code_1", "code_2"]),
        (["Ja", "ja", "Nein!"], "one", ["ja", "ja_2", "nein"]),
        (["за", "проти", "за"], "one", ["za", "proti", "za"]),
        (["x" * 101, "b", "b"], "text", ["x" * 101, "b", "b"]),
    ],
)
def test_labels_of_any_writing_become_codes(
    labels: list[str], kind: str, values: list[Any], standpunkt: Run, tmp_path: Path
) -> None:
    rows = [{"id": n, "text": f"Satz {n}.", "label": [label]} for n, label in enumerate(labels)]
    file = jsonl(tmp_path / "a.jsonl", *rows)
    report = standpunkt("import", file, "-o", tmp_path / "s", "--json").json
    assert report["layers"] == {"label": kind}
    assert [layers["label"] for _, _, layers in codings(tmp_path / "s")] == values
    assert standpunkt("codebook", "lint", tmp_path / "s" / "codebook.yaml").code == 0


def test_whoever_nobody_knows_can_be_named(standpunkt: Run, tmp_path: Path) -> None:
    file = DOCCANO / "classification-together" / "all.jsonl"
    report = standpunkt("import", file, "-o", tmp_path / "s", "--json").json
    assert report["annotators"] == {"unknown-1": 2}
    assert open_study(tmp_path / "s").settings.annotators == []
    report = standpunkt("import", file, "-o", tmp_path / "t", "--annotator", "anna", "--json").json
    assert report["annotators"] == {"anna": 2}


def test_files_of_no_known_tool_are_refused_with_the_way_out(standpunkt: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Ein Text.", "utf-8")
    error = standpunkt("import", tmp_path / "a.txt", "-o", tmp_path / "s").error
    assert "--from names the tool" in error
    assert (
        '"brat": expected one of prodigy, '
        in standpunkt("import", tmp_path / "a.txt", "--from", "brat").error
    )


def prodigy(
    who: str, *accept: str, answer: str = "accept", text: str = "Die Maut ist gerecht."
) -> dict[str, Any]:
    options = [{"id": "these", "text": "These"}, {"id": "meldung", "text": "Meldung"}]
    person = {"_annotator_id": who, "_session_id": who, "_timestamp": 1700000000}
    return {"text": text, "_input_hash": 1, "_task_hash": 2, "options": options, "accept": [*accept],
            "answer": answer, **person}  # fmt: skip


def test_two_rows_of_one_text_are_one_text_coded_twice(standpunkt: Run, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "ds.jsonl", prodigy("ds-anna", "these"), prodigy("ds-ben", "meldung"))
    report = standpunkt("import", file, "-o", tmp_path / "s", "--json").json
    assert (report["texts"], report["annotators"]) == (1, {"anna": 1, "ben": 1})
    assert "annotators: ds-anna is anna, ds-ben is ben" in report["notes"]
    agreed = standpunkt("agree", "--study", tmp_path / "s", "--json").json
    assert agreed["layers"]["choice"]["shared"] == 1
    assert agreed["layers"]["choice"]["observed"] == 0.0


def test_an_ignored_task_is_a_skipped_row(standpunkt: Run, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "ds.jsonl", prodigy("ds-anna", "these"), prodigy("ds-ben", answer="ignore"))
    assert standpunkt("import", file, "-o", tmp_path / "s").code == 0
    rows = list(read_jsonl(open_study(tmp_path / "s").annotations, Annotation))
    assert [(row.annotator, row.skipped, row.layers) for row in rows] == [
        ("anna", False, {"choice": "these"}), ("ben", True, {}),
    ]  # fmt: skip


def test_what_nobody_answered_is_no_layer(standpunkt: Run, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "ds.jsonl", {**prodigy("ds-anna", "these"), "spans": []})
    report = standpunkt("import", file, "-o", tmp_path / "s", "--json").json
    assert report["layers"] == {"choice": "one"}
    assert "spans was asked, and nobody gave an answer: it is no layer" in report["notes"]
    assert [layers for _, _, layers in codings(tmp_path / "s")] == [{"choice": "these"}]


def test_annotations_of_inception_are_codes_of_sentences(standpunkt: Run, tmp_path: Path) -> None:
    head = "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Satzart|Art\n\n\n"
    texts = "#Text=Die Maut.\n1-1\t0-3\tDie\t{0}[1]\t\n1-2\t4-8\tMaut\t{0}[1]\t\n1-3\t8-9\t.\t{0}[1]\t\n\n"
    more = "#Text=Er ruht.\n2-1\t10-12\tEr\t_\t\n2-2\t13-17\truht\t{1}\t\n2-3\t17-18\t.\t_\t\n"
    for name, labels in (("anna", ("These", "Bild")), ("ben", ("Meldung", "_"))):
        (tmp_path / f"{name}.tsv").write_text(head + (texts + more).format(*labels), "utf-8")
    files = [tmp_path / "anna.tsv", tmp_path / "ben.tsv"]
    report = standpunkt("import", *files, "-o", tmp_path / "s", "--json").json
    assert "a marked part is a code of the sentences it covers: 1 cover a part of one" in report["notes"]
    assert codings(tmp_path / "s") == [
        ("anna", "Die Maut.", {"satzart": ["these"]}), ("ben", "Die Maut.", {"satzart": ["meldung"]}),
        ("anna", "Er ruht.", {"satzart": ["bild"]}), ("ben", "Er ruht.", {"satzart": []}),
    ]  # fmt: skip
    assert standpunkt("agree", "--study", tmp_path / "s", "--json").json["layers"]["satzart"]["shared"] == 2


QDPX = ROOT / "tests" / "exports" / "readers" / "tools" / "refi_qda" / "qc.qdpx"


def test_a_project_of_refi_qda_is_a_layer_for_each_group_of_codes(standpunkt: Run, tmp_path: Path) -> None:
    report = standpunkt("import", QDPX, "-o", tmp_path / "s", "--json").json
    assert report["layers"] == {"codes": "set", "satzart": "set"}
    assert "2 marked parts run over several sentences, each of which has the code" in report["notes"]
    assert codings(tmp_path / "s") == [
        ("anna", "Die Maut ist überfällig.", {"codes": [], "satzart": ["these"]}),
        ("ben", "Die Maut ist überfällig.", {"codes": [], "satzart": ["meldung"]}),
        ("anna", "Gestern tagte der Rat.", {"codes": ["ironie"], "satzart": ["meldung"]}),
        ("ben", "Gestern tagte der Rat.", {"codes": [], "satzart": []}),
        ("anna", "Niemand 😀 kam.", {"codes": ["ironie"], "satzart": ["meldung"]}),
        ("ben", "Niemand 😀 kam.", {"codes": [], "satzart": []}),
        ("anna", "Wer zahlt, schweigt.", {"codes": [], "satzart": []}),
        ("ben", "Wer zahlt, schweigt.", {"codes": ["ironie"], "satzart": []}),
    ]
    assert standpunkt("codebook", "lint", tmp_path / "s" / "codebook.yaml").code == 0
    assert standpunkt("agree", "--study", tmp_path / "s", "--json").json["layers"]["codes"]["shared"] == 4


def test_what_import_reads_is_no_commentary(standpunkt: Run, tmp_path: Path) -> None:
    for name in ("cas.xmi", "projekt.qdpx"):
        (tmp_path / name).write_text("<xmi:XMI/>", "utf-8")
        assert "`standpunkt import` reads" in standpunkt("split", tmp_path / name).error


@pytest.mark.studio
def test_what_was_imported_can_be_coded_further(standpunkt: Run, server: LocalStudio, tmp_path: Path) -> None:
    folder = tmp_path / "weiter"
    assert standpunkt("import", *APART, "-o", folder).code == 0
    before = codings(folder)
    assert standpunkt("push", "--study", folder, "--json").json["created"] == 6
    assert standpunkt("pull", "--study", folder, "--json").json["annotations"] == 4
    assert codings(folder) == before
    studio = Studio(server.url, server.token)
    projects = find_projects(studio, open_study(folder), ["anna"])
    task = next(t for t in studio.tasks(projects["anna"].id) if t.data["text"].startswith("Wer zahlt"))
    book = open_study(folder).codebook()
    studio.create_annotation(task.id, to_result({"label": "these"}, book))
    assert standpunkt("pull", "--study", folder, "--json").json["annotations"] == 5
    assert codings(folder) == [*before, ("anna", "Wer zahlt, der schweigt bekanntlich.", {"label": "these"})]
