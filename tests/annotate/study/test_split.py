import subprocess
import sys
from pathlib import Path

from annotate.demo import material
from annotate.study.split import split_inputs
from annotate.texts.sentences import make_nlp, split_sentences

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
