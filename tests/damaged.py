"""Good files of every kind, damaged in every way we know, and the verbs that read them.

Each run is a process of its own, forked from one that has loaded everything: its exit code, what it
says, its peak of memory and what it leaves behind are all seen. ``python tests/damaged.py FOLDER COUNT
SEED`` prints the figures and every hole as JSON; ``python tests/damaged.py FOLDER 1 SEED:N`` runs one.
"""

import contextlib
import faulthandler
import gzip
import io
import json
import os
import random
import re
import resource
import shutil
import sys
import tarfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
SECONDS = 60  # of processor time, after which a run counts as endless
MOST = 2**30  # bytes a run may take
_HTML = "<html><head><title>Titel</title></head><body><article><p>{}</p></article></body></html>"
_CORRECTIONS = """\
- commentary: smartphone-1
  field: author
  was: A
  is: B
  reason: Impressum
"""
_MAP = "layers: {voice: {author: author}}\n"
_MATTER = "---\ntitle: Ein Titel\nauthor: Anna Weiß\ndate: 2025-02-03\n---\n\n"

Mutation = Callable[[bytes, random.Random], bytes]


class Case(NamedTuple):
    """A file of the study that is damaged, and the verbs that read it; ``{file}`` is its place."""

    file: str
    verbs: Sequence[str]


TEXT_VERBS = ("split {file} --json", "split {folder} -o s.jsonl", "tag {file} -m model --json",
              "tag {folder} -m model -o t.jsonl", "tag {folder} -m model --to html -o seite --gold data/gold.jsonl")  # fmt: skip
EXPORT_VERBS = ("agree {file} --codebook codebook.yaml --json", "agree {file} data/exports/ben.json --codebook codebook.yaml",
                "adjudicate {file} data/exports/ben.json --codebook codebook.yaml -o g.jsonl",
                "agree {file} --codebook codebook.yaml --skip-invalid --html a.html")  # fmt: skip
CASES = (
    Case("texts/a.txt", TEXT_VERBS),
    Case("texts/b.md", TEXT_VERBS),
    Case("texts/c.jsonl", TEXT_VERBS),
    Case("texts/d.html", TEXT_VERBS),
    Case("texts/e.txt.gz", TEXT_VERBS),
    Case("codebook.yaml", (
        "codebook lint {file} --json", "codebook lint {file}", "codebook render {file} --to studio -o c.xml",
        "codebook render {file} --to guidelines -o c.html", "codebook diff new.yaml {file}", "codebook diff {file} new.yaml --json",
        "agree data/exports/anna.json --codebook {file}", "init neu --codebook {file}", "split", "agree --json",
    )),
    Case("map.yaml", ("codebook diff codebook.yaml new.yaml --map {file}",)),
    Case("study.yaml", ("split", "agree", "relink --dry-run", "backup ../b.tar.gz")),
    Case("data/corrections.yaml", ("split", "relink")),
    Case("data/exports/anna.json", EXPORT_VERBS),
    Case("texts/min.json", EXPORT_VERBS),
    Case("texts/export.csv", EXPORT_VERBS),
    Case("texts/one.json", EXPORT_VERBS),
    Case("data/annotations.jsonl", (
        "agree --json", "agree --html a.html", "adjudicate", "agree {file} --codebook codebook.yaml --skip-invalid",
        "adjudicate --rule dawid-skene -o g.jsonl", "evaluate model --gold data/gold.jsonl --annotations {file} --seen",
    )),
    Case("data/gold.jsonl", (
        "train --gold {file} --codebook codebook.yaml -o m --no-evaluate", "evaluate model --gold {file} --seen --json",
        "tag texts/a.txt -m model --to html -o a.html --gold {file}", "evaluate model --gold {file} --html e.html --seen",
    )),
    Case("data/sentences.jsonl", ("relink", "relink --json --dry-run", "adjudicate --json", "split")),
    Case("data/commentaries.jsonl", ("relink", "split", "split {file} --json")),
    Case("data/assignments.jsonl", ("split", "relink", "adjudicate")),
    Case("data/asked.json", ("agree", "adjudicate")),
    Case("data/decisions.jsonl", ("adjudicate",)),
    Case(".standpunkt/state.json", ("agree", "adjudicate --json", "relink")),
    Case("model/model.json", ("tag texts/a.txt -m model", "evaluate model --gold data/gold.jsonl --seen", "tag texts -m model --to html -o seite")),
    Case("model/model.skops", ("tag texts/a.txt -m model", "tag texts/a.txt -m model --to csv -o t.csv")),
    Case("packed.tar.gz", ("backup {file} --restore neu",)),
)  # fmt: skip


def make_study(folder: Path) -> None:
    """A whole study: the one of tests/earlier, and a file of each kind that it has not."""
    sys.path[:0] = [str(ROOT)]  # beside this file there is a folder called train too
    from schemas.codebook import load_codebook
    from schemas.jsonl import read_jsonl
    from schemas.records import GoldSentence
    from train.fit import fit
    from train.persistence.folder import save_model

    with tarfile.open(ROOT / "tests" / "earlier" / "study-2026-11.tar.gz") as pack:
        pack.extractall(folder)
    shutil.copy(ROOT / "tests" / "earlier" / "study-2026-11.tar.gz", folder / "packed.tar.gz")
    shutil.rmtree(folder / "models")  # of a format that is refused
    gold = list(read_jsonl(folder / "data" / "gold.jsonl", GoldSentence))
    fitted, _ = fit(gold, load_codebook(folder / "codebook.yaml"))
    shutil.move(save_model(fitted, folder / "made"), folder / "model")
    text = (folder / "commentaries" / "smartphone-1.txt").read_text("utf-8")
    book = (folder / "codebook.yaml").read_text("utf-8")
    tasks = json.loads((folder / "data/exports/anna.json").read_text("utf-8"))[:8]
    (folder / "data/exports/anna.json").write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")
    flat = [{**task["data"], "id": task["id"], "annotator": 1, "annotation_id": n, "voice": "author",
             "function": "claim"} for n, task in enumerate(tasks)]  # fmt: skip
    rows = [";".join(map(str, flat[0])), *(";".join(f'"{value}"' for value in row.values()) for row in flat)]
    row = {"text": text, "title": "Zeile", "author": "A", "date": "2025-01-02", "id": "z"}
    for name, content in {
        "new.yaml": book.replace("label: ", "label: Neu ", 1),
        "map.yaml": _MAP,
        "data/corrections.yaml": _CORRECTIONS,
        "data/asked.json": "{}",
        "data/decisions.jsonl": "",
        ".standpunkt/state.json": '{"projects":{"http://127.0.0.1:1":{"anna":1}}}',
        "texts/a.txt": text,
        "texts/b.md": _MATTER + text,
        "texts/c.jsonl": "".join(json.dumps({**row, "id": n}) + "\n" for n in range(3)),
        "texts/d.html": _HTML.format(text),
        "texts/min.json": json.dumps(flat),
        "texts/one.json": json.dumps(tasks[0]),
        "texts/export.csv": "\n".join(rows) + "\n",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    (folder / "texts/e.txt.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 3, 30)) if data else 0):
        changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def double(data: bytes, rng: random.Random) -> bytes:
    a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:b] + data[a:b] * rng.choice((1, 1, 50)) + data[b:]


def leave_out(data: bytes, rng: random.Random) -> bytes:
    a = rng.randrange(len(data) + 1)
    return data[:a] + data[a + rng.choice((1, 10, 1000)) :]


_ODD_BYTES = (
    b"\0", b"\0" * 5000, b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\x85", "\u2028".encode(), b"\x1b[2J",
    b'"', b"\\", b"\\ud800", b"\\u0000", b"[" * 60, b"[" * 100_000, b'{"a":' * 60_000, b"- " * 3000, b"&a *a ", b": ",
    b"9" * 5000, b"1e999", b"-0", b"NaN", b"\t", b"(" * 20_000, b"x" * 1_000_000, b"%PDF", b"\x1f\x8b", "İﬃ\U0001f600".encode(),
)  # fmt: skip


def put_in(data: bytes, rng: random.Random) -> bytes:
    at = rng.choice((0, len(data), rng.randrange(len(data) + 1)))
    return data[:at] + rng.choice(_ODD_BYTES) + data[at:]


def _nested(levels: int) -> Any:
    value: Any = 1
    for n in range(levels):
        value = [value] if n % 2 else {"a": value}
    return value


_ODD_VALUES: tuple[Callable[[], Any], ...] = (
    lambda: None, lambda: True, lambda: 0, lambda: -1, lambda: 10**30, lambda: 10**4000, lambda: 2**63, lambda: 1.5,
    lambda: float("inf"), lambda: float("nan"), lambda: "", lambda: "\ud800", lambda: "a\0b", lambda: "x" * 300_000,
    lambda: "../../../nirgends", lambda: "/", list, dict, lambda: [None], lambda: [[1]], lambda: {"": {}},
    lambda: _nested(30), lambda: _nested(51), lambda: _nested(400), lambda: "2025-99-99", lambda: "[" * 3000,
    lambda: "\u202e", lambda: [1] * 3000, lambda: {str(n): n for n in range(3000)}, lambda: "0" * 50, lambda: "__class__",
)  # fmt: skip


#: What no JSON writer writes, put in the place of a value.
_RAW = (
    b"[" * 50_000, b"[" * 50_000 + b"]" * 50_000, b'{"a":' * 50_000 + b"1" + b"}" * 50_000, b"9" * 5000, b"1e999", b"-",
    b"[1,]", b"{1:2}", b'"\\ud800"', b'"\\u0000"', b'"\xff"', b'"\xed\xa0\x80"', b"[" * 200 + b"]" * 200, b"1.0", b"0x1", b"\0",
)  # fmt: skip


def _as_json(value: Any) -> bytes:
    text = json.dumps(value).encode()
    return re.sub(rb'"raw(\d+)"', lambda found: _RAW[int(found[1])], text)


def _places(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    items = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, inner in items:
        found.append((value, key))
        _places(inner, found)
    return found


def _with_odd_values(value: Any, rng: random.Random) -> Any:
    for _ in range(rng.choice((1, 1, 3))):
        places = _places(value, [])
        if not places:
            return rng.choice(_ODD_VALUES)()
        inside, key = rng.choice(places)
        kind = rng.randrange(8)
        if kind == 0:
            del inside[key]
        elif kind == 1 and isinstance(inside, dict):
            inside[rng.choice(("", "__x", "\ud800", "text", "id"))] = inside.pop(key)
        elif kind == 2:
            inside[key] = json.loads(json.dumps(rng.choice(places)[0]))
        elif kind < 6:
            inside[key] = f"raw{rng.randrange(len(_RAW))}"
        else:
            inside[key] = rng.choice(_ODD_VALUES)()
    return value


def change_values(data: bytes, rng: random.Random) -> bytes:
    """Other values in JSON and JSON Lines; in other files words that YAML and CSV take for something."""
    with contextlib.suppress(ValueError, RecursionError):
        return _as_json(_with_odd_values(json.loads(data), rng))
    try:
        rows = [json.loads(line) for line in data.decode().splitlines()]
    except (ValueError, RecursionError):
        return _change_words(data, rng)
    for _ in range(rng.choice((1, 3)) if rows else 0):
        n = rng.randrange(len(rows))
        rows[n] = _with_odd_values(rows[n], rng)
    return b"".join(_as_json(row) + b"\n" for row in rows)


def _change_words(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    n = rng.randrange(len(lines))
    name, sign, _ = lines[n].partition(b": ")
    value = rng.choice((
        b"", b"null", b"[]", b"{}", b"[a, [b]]", b"{a: {b: c}}", b"!!python/object:os.system x", b"|", b"'\\0'", b'"\\0"',
        b'"\\uD800"', b"../../x", b"1e400", b"9" * 400, b"&x", b"*x", b"? ", b"%", b"!!binary ab", b"2025-99-99", b"yes",
    ))  # fmt: skip
    lines[n] = name + (sign or b": ") + value
    return b"\n".join(lines)


MUTATIONS: tuple[Mutation, ...] = (
    flip,
    cut,
    double,
    leave_out,
    put_in,
    put_in,
    change_values,
    change_values,
    change_values,
)


def damage(data: bytes, rng: random.Random) -> bytes:
    """What is packed is damaged within as often as without."""
    if data.startswith(b"\x1f\x8b") and rng.random() < 0.6:
        inner = gzip.decompress(data)
        if inner[257:262] == b"ustar" and rng.random() < 0.7:
            inner = _other_archive(inner, rng)
        return gzip.compress(rng.choice(MUTATIONS)(inner, rng), 1)
    for _ in range(rng.choice((1, 1, 2))):
        data = rng.choice(MUTATIONS)(data, rng)
    return data


def _other_archive(data: bytes, rng: random.Random) -> bytes:
    """An archive of the same files, and one that leads elsewhere."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, tarfile.open(fileobj=out, mode="w") as new:
        for member in old.getmembers():
            new.addfile(member, old.extractfile(member))
        odd = tarfile.TarInfo(
            rng.choice(("../fremd", "/fremd", "data/gold.jsonl", "a\ud8ff", "x/" * 200, "study.yaml/x"))
        )
        odd.type = rng.choice(
            (tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE)
        )
        odd.linkname, odd.mode = rng.choice(("/etc/passwd", "../fremd", "study.yaml")), 0o4777
        with contextlib.suppress(UnicodeError):
            new.addfile(odd)
    return out.getvalue()


def odd_name(rng: random.Random, suffix: str) -> str:
    stem = rng.choice(
        (
            b"\xff\xfe",
            b"a\nb",
            b"-o",
            b"a" * 200,
            "ä\u0308".encode(),
            b" ",
            b"%s{x}",
            b"[red]x[red]",
            b"a'\"b",
            b"\xed\xa0\x80",
        )
    )
    return os.fsdecode(stem) + suffix


class Hole(NamedTuple):
    number: int
    verb: str
    what: str
    said: str


def run_all(folder: Path, count: int, seed: int, only: int | None = None) -> dict[str, Any]:
    """The figures of so many damaged inputs, and what went wrong with which."""
    good = folder / "good"
    make_study(good)
    _load()
    started, peak, codes, holes = time.monotonic(), 0, {0: 0, 1: 0, 2: 0}, list[Hole]()
    for number in range(count) if only is None else (only,):
        rng = random.Random(f"{seed}:{number}")
        case = CASES[number % len(CASES)]
        place = folder / f"run-{number}"
        shutil.copytree(good, place / "study")
        verb, words = _prepare(case, place / "study", rng)
        code, memory, said = _run(words, place)
        peak = max(peak, memory)
        codes[code] = codes.get(code, 0) + 1
        outside = sorted(
            path.name for path in place.iterdir() if path.name not in ("study", "said", "b.tar.gz")
        )
        holes += [Hole(number, verb, what, said[-1500:]) for what in _wrong(code, memory, said, outside)]
        if only is None:
            shutil.rmtree(place)
    return {
        "inputs": count, "seconds": round(time.monotonic() - started, 1), "peak_mb": peak >> 20,
        "codes": codes, "holes": [hole._asdict() for hole in holes],
    }  # fmt: skip


def _prepare(case: Case, study: Path, rng: random.Random) -> tuple[str, list[str]]:
    file = study / case.file
    file.write_bytes(damage(file.read_bytes(), rng))
    verb = rng.choice(case.verbs)
    if "{file}" in verb and rng.random() < 0.2:
        suffix = "".join(Path(case.file).suffixes)
        file = file.rename(file.with_name(odd_name(rng, suffix)))
    # of a folder of texts only the damaged one and a good one are read
    if "{folder}" in verb:
        for other in (study / "texts").iterdir():
            if other not in (file, study / "texts/b.md"):
                other.unlink()
    places = {"{file}": str(file.relative_to(study)), "{folder}": "texts"}
    return verb, [f"./{places[w]}" if w in places else w for w in verb.split()]


def _wrong(code: int, memory: int, said: str, outside: list[str]) -> Iterator[str]:
    if "Traceback" in said or "Exception ignored" in said:
        yield "a traceback"
    if code not in (0, 1, 2):
        yield f"exit code {code}"
    if memory > MOST:
        yield f"{memory >> 20} MB"
    if outside:
        yield f"left behind outside its folder: {outside}"


def _load() -> None:
    """Loads what any verb may need, so that a run costs no start."""
    sys.path[:0] = [str(ROOT)]
    import label_studio_sdk.label_interface
    import sklearn.linear_model
    import skops.io
    import trafilatura

    import annotate.commands.evaluate
    import annotate.report.verb_pages
    import annotate.tag.folder
    import train.evaluate
    import train.fit
    import train.predict

    del label_studio_sdk, sklearn, skops, trafilatura, annotate, train


def _run(words: list[str], place: Path) -> tuple[int, int, str]:
    """Exit code, peak of memory in bytes, and all that was said."""
    child = os.fork()
    if child == 0:
        _be_the_command(words, place)
    _, status, used = os.wait4(child, 0)
    said = (place / "said").read_bytes().decode("utf-8", "replace")
    return os.waitstatus_to_exitcode(status), used.ru_maxrss * 1024, said


def _be_the_command(words: list[str], place: Path) -> None:
    said = os.open(place / "said", os.O_WRONLY | os.O_CREAT)
    for number in (1, 2):
        os.dup2(said, number)
    faulthandler.enable(said)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, MOST))
    resource.setrlimit(
        resource.RLIMIT_AS, (6 * MOST, 6 * MOST)
    )  # a hole is to be found, not to end the machine
    os.chdir(place / "study")
    os.environ |= {name: str(place / "study") for name in ("HOME", "STANDPUNKT_HOME", "TMPDIR")}
    sys.argv = ["standpunkt", *words]
    code = 70
    try:
        from annotate.cli import main

        main()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    seed_text, _, number_text = sys.argv[3].partition(":")
    figures = run_all(
        Path(sys.argv[1]), int(sys.argv[2]), int(seed_text), int(number_text) if number_text else None
    )
    json.dump(figures, sys.stdout, ensure_ascii=False, indent=1)
