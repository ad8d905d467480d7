"""Parts in, parts out: what is finished stays, a bad record stops nothing, and who cannot go on says why."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.commands import tag_parts
from annotate.tag import parts, portions
from annotate.tag.portions import portions_of
from running import Ran
from schemas.files import write_text
from schemas.jsonl import write_jsonl

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
Run = Callable[..., Ran]
TAG = ("tag", "texte/**/*.jsonl.gz", "--engine", "processes", "-o", "out/", "--json")


def row(n: int, k: int) -> dict[str, str]:
    return {"id": f"c{n}-{k}", "text": f"Das Tempolimit nützt Ort {n}. Im Wald regnet es {k} Tage."}


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four files of three commentaries, six sentences each, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    for n in range(4):
        write_jsonl(tmp_path / "texte" / f"{2020 + n // 2}" / f"{n}.jsonl.gz", [row(n, k) for k in range(3)])
    return tmp_path


def ids_in(out: Path) -> list[str]:
    return sorted(
        row["commentary_id"] for path in out.glob("*.parquet") for row in pq.read_table(path).to_pylist()
    )


def files_in(out: Path) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in out.glob("*part-*")}


def test_each_file_gives_a_part_that_is_named_after_it(standpunkt: Run, model: Path, corpus: Path) -> None:
    ran = standpunkt(*TAG, "-m", model)
    assert ran.code == 0
    assert (ran.json["parts"], ran.json["sentences"], ran.json["finished_before"]) == (4, 24, 0)
    names = sorted(path.name for path in (corpus / "out").glob("*.parquet"))
    assert [name[:23] for name in names] == [f"part-texte-{2020 + n // 2}-{n}-jsonl" for n in range(4)]
    manifests = [json.loads(path.read_bytes()) for path in sorted((corpus / "out").glob("_part-*"))]
    assert [one["inputs"] for one in manifests] == [[f"texte/{2020 + n // 2}/{n}.jsonl.gz"] for n in range(4)]
    assert ids_in(corpus / "out") == sorted(2 * [f"c{n}-{k}" for n in range(4) for k in range(3)])


def test_what_is_finished_is_not_done_again(standpunkt: Run, model: Path, corpus: Path) -> None:
    first = standpunkt(*TAG, "-m", model).json
    before = files_in(corpus / "out")
    again = standpunkt(*TAG, "-m", model)
    assert "already finished: 4 of 4 parts" in again.err
    assert files_in(corpus / "out") == before
    differ = {name for name in first if first[name] != again.json[name]}
    assert differ <= {"finished_before", "seconds", "sentences_a_second"}


@pytest.mark.parametrize("harm", ["changed", "no manifest", "cut", "gone", "damaged manifest"])
def test_what_is_not_as_it_was_made_is_made_again(
    standpunkt: Run, model: Path, corpus: Path, harm: str
) -> None:
    standpunkt(*TAG, "-m", model)
    whole = {name: content for name, (_, content) in files_in(corpus / "out").items()}
    part, manifest = (
        sorted((corpus / "out").glob("*.parquet"))[1],
        sorted((corpus / "out").glob("_part-*"))[1],
    )
    if harm == "changed":
        write_jsonl(corpus / "texte" / "2020" / "1.jsonl.gz", [row(7, 0)])
    elif harm == "no manifest":
        manifest.unlink()
    elif harm == "cut":
        part.write_bytes(part.read_bytes()[:-1])
    elif harm == "gone":
        part.unlink()
    else:
        manifest.write_bytes(manifest.read_bytes()[:-9])
    assert standpunkt(*TAG, "-m", model).json["finished_before"] == 3
    if harm == "changed":
        assert "c7-0" in ids_in(corpus / "out")
    else:
        assert {name: content for name, (_, content) in files_in(corpus / "out").items()} == whole


def test_shares_are_parts_of_the_whole_and_finished_for_all(
    standpunkt: Run, model: Path, corpus: Path
) -> None:
    assert standpunkt(*TAG, "-m", model, "--part", "2/3").json["parts"] == 1
    assert standpunkt(*TAG, "-m", model, "--part", "1/2").json["finished_before"] == 0
    whole = standpunkt(*TAG, "-m", model).json
    assert (whole["parts"], whole["finished_before"], whole["sentences"]) == (4, 3, 24)
    empty = standpunkt(*TAG, "-m", model, "--part", "7/9")
    assert (empty.code, empty.json["parts"]) == (0, 0)
    assert "nothing to do in share 7 of 9: there are 4 parts" in empty.err


def test_the_first_share_tells_what_is_in_none(standpunkt: Run, model: Path, corpus: Path) -> None:
    write_text(corpus / "texte" / "bild.png", "")
    words = ("tag", "texte", "-m", model, "--to", "parts", "-o", "out", "--part")
    first, second = standpunkt(*words, "1/2"), standpunkt(*words, "2/2")
    assert first.error == "error: texte/bild.png: not a format that is read"
    assert (second.code, "bild" in second.err) == (0, False)


def test_a_bad_record_is_named_and_stops_only_itself(standpunkt: Run, model: Path, corpus: Path) -> None:
    lines = [json.dumps(row(1, 0)), "{broken", json.dumps({"title": "ohne Text"}), json.dumps(row(1, 1))]
    write_text(corpus / "texte" / "2020" / "1.jsonl.gz", "\n".join(lines))
    for _ in range(2):  # what is finished is told again
        ran = standpunkt(*TAG, "-m", model)
        assert ran.code == 1
        assert ran.json["failures"] == 2
        assert [one["reason"].split(": ")[0] for one in ran.json["failed"]] == [
            "texte/2020/1.jsonl.gz:2", "texte/2020/1.jsonl.gz:3",
        ]  # fmt: skip
        assert "error: texte/2020/1.jsonl.gz:2: not JSON" in ran.err
        assert len(ids_in(corpus / "out")) == 22
    assert ran.json["finished_before"] == 4


def test_a_file_that_cannot_be_read_is_named_and_tried_again(
    standpunkt: Run, model: Path, corpus: Path
) -> None:
    file = corpus / "texte" / "2020" / "1.jsonl.gz"
    packed = file.read_bytes()
    file.write_bytes(packed[:-20])
    ran = standpunkt(*TAG, "-m", model)
    assert ran.code == 1
    assert "error: texte/2020/1.jsonl.gz:2: cannot be read: Compressed file ended" in ran.err
    file.write_bytes(packed)
    assert standpunkt(*TAG, "-m", model).code == 0
    assert len(ids_in(corpus / "out")) == 24


def test_a_file_that_went_away_meanwhile_is_named_and_not_finished(model: Path, corpus: Path) -> None:
    options = parts.PartOptions(corpus, corpus / "out", parts.SourcePlace(model), (), "", "")
    done = parts.tag_part(options, portions.Portion("weg", ("texte/weg.txt",), 1))
    assert [one.reason for one in done.report.failed] == [
        "texte/weg.txt: cannot be read: No such file or directory"
    ]
    assert not (corpus / "out").exists()


def test_a_worker_with_another_model_or_standpunkt_says_so(model: Path, corpus: Path) -> None:
    options = parts.PartOptions(corpus, corpus / "out", parts.SourcePlace(model), (), "", "another stamp")
    done = parts.tag_part(options, portions.Portion("teil", ("texte/2020/0.jsonl.gz",), 1))
    assert done.refused is not None
    assert "a worker has another model or Standpunkt than this command" in done.refused


def test_small_files_come_together_and_one_more_changes_one_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(portions, "_TOGETHER", 100)
    for n in range(100):
        write_text(Path("texte") / f"{n:03}.txt", f"Satz {n:03}.")
    before = portions_of(["texte"], [])
    assert 5 < len(before) < 30
    assert sorted(file for portion in before for file in portion.files) == [
        f"texte/{n:03}.txt" for n in range(100)
    ]
    write_text(Path("texte/050a.txt"), "Neu.")
    assert len(set(portions_of(["texte"], [])) - set(before)) <= 2


def test_parts_whose_files_went_into_others_go_with_them(standpunkt: Run, model: Path, corpus: Path) -> None:
    for n in range(3):
        write_text(corpus / "kurz" / f"{n}.txt", f"Das Tempolimit nützt Ort {n}.")
    words = ("tag", "kurz", "-m", model, "--to", "parts", "-o", "out", "--json")
    standpunkt(*words)
    (corpus / "kurz" / "0.txt").unlink()
    assert standpunkt(*words).json["sentences"] == 2
    assert len(list((corpus / "out").glob("*.parquet"))) == 1
    refused = standpunkt("tag", "kurz/1.txt", "-m", model, "--to", "parts", "-o", "out")
    (manifest,) = (corpus / "out").glob("_part-*")
    assert refused.error == (
        f"error: out/{manifest.name}: holds rows of kurz/1.txt together with those of kurz/2.txt: "
        "tag both, or name another folder"
    )


def test_parts_of_other_files_stay_and_are_told(standpunkt: Run, model: Path, corpus: Path) -> None:
    standpunkt(*TAG, "-m", model)
    words = ("tag", "texte/2020/0.jsonl.gz", "-m", model, "--to", "parts", "-o", "out")
    assert "note: out also holds 3 parts of files that are not among these" in standpunkt(*words).err
    assert len(list((corpus / "out").glob("*.parquet"))) == 4


def test_reading_files_otherwise_makes_them_again(standpunkt: Run, model: Path, corpus: Path) -> None:
    standpunkt(*TAG, "-m", model)
    assert standpunkt(*TAG, "-m", model, "--author", "Ada Probst").json["finished_before"] == 0


def test_parts_of_another_model_are_refused(standpunkt: Run, model: Path, corpus: Path) -> None:
    standpunkt(*TAG, "-m", model)
    path = sorted((corpus / "out").glob("_part-*"))[0]
    known = json.loads(path.read_bytes())
    path.write_text(json.dumps(known | {"model_version": "anders-1"}), "utf-8")
    ran = standpunkt(*TAG, "-m", model)
    assert ran.error.startswith("error: out: holds parts of anders-1, expected those of ")
    assert ran.error.endswith("name another folder")
    path.write_text("{}", "utf-8")
    assert "is no manifest of parts that this version writes" in standpunkt(*TAG, "-m", model).error


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["texte/**/*.csv", "-o", "out"], 1, "error: texte/**/*.csv: no file matches this pattern, expected .txt"),
        (["weg", "-o", "out"], 1, "error: weg: no such file"),
        (["-", "-o", "out"], 1, "error: parts are made of files, and standard input is none"),
        (["texte"], 2, "parts are written into a folder: name it"),
        (["texte", "-o", "out", "--engine", "spark"], 2, '"spark": expected processes or dask'),
        (["texte", "-o", "out", "--engine", "processes", "--to", "csv"], 2, 'makes parts, not "csv"'),
        (["texte", "-o", "out", "--summary", "s"], 2, "is not for parts"),
        (["texte", "-o", "out", "--workers", "2", "--address", "tcp://a:1"], 1, "error: processes are of this machine"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_a_line(
    standpunkt: Run, model: Path, corpus: Path, words: list[str], code: int, said: str
) -> None:
    to = [] if "--engine" in words or "--address" in words else ["--to", "parts"]
    ran = standpunkt("tag", *words, *to, "-m", model)
    assert ran.code == code
    assert said in (ran.error if code == 1 else " ".join(ran.err.replace("│", " ").split()))


def test_an_engine_that_is_not_installed_is_named(
    standpunkt: Run, model: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    ran = standpunkt("tag", "texte", "-m", model, "-o", "out", "--engine", "dask")
    assert ran.error.startswith("error: dask is not installed (")
    assert "pip install distributed" in ran.error


def test_progress_tells_parts_sentences_speed_and_time_left(
    standpunkt: Run, model: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_parts, "_SECONDS_BETWEEN", 0)
    monkeypatch.setattr(tag_parts, "about", lambda seconds: ", about 7 minutes" if seconds else "")
    lines = standpunkt(*TAG, "-m", model).err.splitlines()
    assert lines[0] == "tagging 4 parts: processes, 1 worker"
    told = [re.sub(r"[\d,]+ a second", "N a second", line) for line in lines[1:5]]
    assert told[0] == "1 of 4 parts, 6 sentences, N a second, about 7 minutes left"
    assert told[3] == "4 of 4 parts, 24 sentences, N a second"


def test_several_workers_make_the_same_parts(standpunkt: Run, model: Path, corpus: Path) -> None:
    standpunkt(*TAG, "-m", model)
    one = {name: content for name, (_, content) in files_in(corpus / "out").items()}
    shutil.rmtree(corpus / "out")
    assert standpunkt(*TAG, "-m", model, "--workers", 2).json["sentences"] == 24
    assert {name: content for name, (_, content) in files_in(corpus / "out").items()} == one


def test_a_worker_that_cannot_go_on_says_why(standpunkt: Run, model: Path, corpus: Path) -> None:
    write_text(corpus / "datei", "")
    ran = standpunkt("tag", "texte", "-m", model, "--to", "parts", "-o", "datei/out", "--workers", 2)
    assert ran.error.startswith("error: datei/out/")
    assert "cannot be written" in ran.error
