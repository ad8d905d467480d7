"""The demo's study as it is once its codings were pulled, without any server."""

from pathlib import Path

from annotate.demo.material import ANNOTATORS, CODEBOOK, TARGETS, codings, copy_commentaries
from annotate.study.folder import Study, init_study
from annotate.study.split import split_study
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import UNRELATED, Annotation, GoldSentence, Sentence


def coded_study(folder: Path, *, only: str = "") -> Study:
    """All commentaries of the demo, or those of one of its files, coded by both of its annotators."""
    study = init_study(folder, codebook=CODEBOOK, targets=TARGETS, annotators=ANNOTATORS, name="demo")
    copy_commentaries(study.commentary_folder)
    for path in study.commentary_folder.iterdir():
        if only not in path.name:
            path.unlink()
    split_study(study)
    book = study.codebook()
    sentences = list(read_jsonl(study.sentences, Sentence))
    rows = [
        Annotation(
            sentence_id=sentence.sentence_id,
            commentary_id=sentence.commentary_id,
            annotator=name,
            codebook=book.codebook,
            codebook_version=book.version,
            phase="main",
            layers={**layers, "stance": dict.fromkeys(book.target_ids, UNRELATED) | layers.get("stance", {})},
            lead_time=4.5,
            created_at="2026-10-01T10:00:00Z",
        )
        for name in ANNOTATORS
        for given in [codings(name)]
        for sentence in sentences
        if sentence.sentence_id in given
        for layers in [dict(given[sentence.sentence_id].layers)]
    ]
    write_jsonl(study.annotations, rows)
    return study


def gold_study(folder: Path) -> Study:
    """The same with gold made of one of its coders."""
    study = coded_study(folder)
    texts = {s.sentence_id: s.text for s in read_jsonl(study.sentences, Sentence)}
    rows = [
        GoldSentence(
            sentence_id=row.sentence_id, commentary_id=row.commentary_id, text=texts[row.sentence_id], layers=row.layers
        )
        for row in read_jsonl(study.annotations, Annotation)
        if row.annotator == ANNOTATORS[0]
    ]  # fmt: skip
    write_jsonl(study.gold, rows)
    return study
