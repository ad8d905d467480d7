import subprocess
import sys
from pathlib import Path

from annotate.demo import material
from annotate.study.folder import init_study
from annotate.study.split import split_inputs, split_study
from annotate.texts.sentences import make_nlp, split_sentences
from schemas.jsonl import read_jsonl
from schemas.records import Commentary, Sentence

ROOT = Path(__file__).parents[3]

DEMO = Path(material.__file__).parent / "commentaries"


def test_splitting_without_a_named_pipeline_does_not_load_spacy(tmp_path: Path) -> None:
    code = (
        "import sys; from annotate.cli import app;"
        f"app(['split', {str(DEMO)!r}, '-o', {str(tmp_path / 'sentences.jsonl')!r}], standalone_mode=False);"
        "assert 'spacy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    assert (tmp_path / "sentences.jsonl").stat().st_size


def test_splitting_without_a_named_pipeline_gives_what_a_blank_one_gives() -> None:
    nlp = make_nlp(None, "de")
    by_rules = list(split_inputs([DEMO]))
    assert [split_sentences(commentary, nlp=nlp) for commentary, _ in by_rules] == [s for _, s in by_rules]


def test_what_was_mended_is_a_file_of_the_study_and_offsets_are_into_the_mended_text(tmp_path: Path) -> None:
    study = init_study(
        tmp_path / "s", codebook="kommentar-core", targets="ziele-ukraine", annotators=["a"], name="s"
    )
    file = study.commentary_folder / "bericht.txt"
    file.write_text(
        "Die Regierung zögert, und sie zö-\ngert schon lange. Das hat die Re-\ngierung gesagt,\nhört man.\n"
    )
    notes: list[str] = []
    assert split_study(study, notes=notes).mended == 2
    assert notes[-1] == "bericht.txt: mended 2 places: 2 hyphens at line ends"
    assert study.mended.read_text().splitlines() == [
        '{"source":"bericht.txt","line":1,"kind":"hyphen","was":"zö-\\ngert","is":"zögert"}',
        '{"source":"bericht.txt","line":2,"kind":"hyphen","was":"Re-\\ngierung","is":"Regierung"}',
    ]
    (commentary,) = read_jsonl(study.commentaries, Commentary)
    for sentence in read_jsonl(study.sentences, Sentence):
        assert commentary.text[sentence.start : sentence.end] == sentence.text
    file.write_text("Die Regierung zögert.\n")
    assert split_study(study).mended == 0
    assert study.mended.read_text() == ""
