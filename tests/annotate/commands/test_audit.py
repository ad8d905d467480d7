"""`standpunkt audit` on a study and on bare files."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from annotate.study.folder import init_study
from running import Ran
from schemas.codebook import load_codebook
from schemas.codebooks import shipped_codebook
from schemas.jsonl import write_jsonl
from schemas.records import Annotation, Assignment, Sentence, SuggestionSnapshot

Run = Callable[..., Ran]
CODEBOOK = shipped_codebook("kommentar-core")


def a_study(folder: Path) -> Path:
    """Ten commentaries of six sentences, three without suggestions; all that was suggested is kept."""
    study = init_study(
        folder, codebook="kommentar-core", targets="ziele-ukraine", annotators=["anna"], name="p"
    )
    version = load_codebook(CODEBOOK).version
    sentences, assignments, rows = [], [], []
    for text in range(10):
        for n in range(6):
            name, code = f"k{text}:{n}", ("report", "claim")[(text + n) % 2]
            sentences.append(
                Sentence(
                    sentence_id=name, commentary_id=f"k{text}", index=n, start=9 * n, end=9 * n + 8, text="Ein Satz",
                    kind="sentence", continues=False, chain_id=None, block=0,
                )
            )  # fmt: skip
            assignments.append(Assignment(sentence_id=name, annotator="anna", suggest=text > 2))
            shown = SuggestionSnapshot(model_version="m-1", layers={"function": code}) if text > 2 else None
            rows.append(
                Annotation(
                    sentence_id=name, commentary_id=f"k{text}", annotator="anna", codebook="kommentar-core",
                    codebook_version=version, layers={"function": code}, suggested=shown,
                )
            )  # fmt: skip
    write_jsonl(study.sentences, sentences)
    write_jsonl(study.assignments, assignments)
    write_jsonl(study.annotations, rows)
    return folder


def test_a_study_is_audited(standpunkt: Run, tmp_path: Path) -> None:
    folder = a_study(tmp_path / "s")
    report = standpunkt("audit", "--study", folder, "--json").json
    assert report["compared"] == "drawn"
    assert (report["with_suggestions"], report["without"]) == (42, 18)
    assert report["layers"]["function"]["kept"] == {"n": 42, "share": 1.0, "interval": None}
    assert report["notes"][0].startswith("no predictions at hand")
    words = standpunkt("audit", "--study", folder).out
    assert "100 % von 42 Vorschlägen blieben stehen." in words


def test_the_plan_needs_no_coding(standpunkt: Run, tmp_path: Path) -> None:
    folder = a_study(tmp_path / "s")
    (folder / "data" / "annotations.jsonl").unlink()
    plan = standpunkt("audit", "--plan", "--study", folder, "--json").json
    assert (plan["commentaries"], plan["current"], plan["measured"]) == (10, 0.3, False)
    assert [share["share"] for share in plan["shares"]] == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert plan["shares"][0]["detectable"] == {"0.05": None, "0.1": None, "0.3": None}


def test_codings_without_suggestions_are_refused_in_one_line(standpunkt: Run, tmp_path: Path) -> None:
    folder = a_study(tmp_path / "s")
    path = folder / "data" / "annotations.jsonl"
    rows = [msgspec.json.decode(line) | {"suggested": None} for line in path.read_bytes().splitlines()]
    write_jsonl(path, rows)
    ran = standpunkt("audit", "--study", folder)
    assert ran.code == 1
    assert "found 60 annotations, none of them made with a suggestion on the screen" in ran.error
