"""The documentation as a site: `make docs` checks it and writes it to .docs/site.

Pages are docs/*.md and CHANGELOG.md; the reference is made here from the code (verbs, files, settings, keys of the
codebook, errors, limits), and the page of figures from docs/measured/. Zensical reads the format of mkdocs.yml and breaks off at a link or a
heading that is not there.
"""

import ast
import contextlib
import importlib
import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".docs"
PACKAGES = ("annotate", "exports", "schemas", "train")

#: Files of a study and the record of their rows.
FILES = {
    "data/commentaries.jsonl": "schemas.records:Commentary",
    "data/sentences.jsonl": "schemas.records:Sentence",
    "data/assignments.jsonl": "schemas.records:Assignment",
    "data/annotations.jsonl": "schemas.records:Annotation",
    "data/removed.jsonl": "schemas.records:RemovedAnnotation",
    "data/gold.jsonl": "schemas.records:GoldSentence",
    "data/predictions.jsonl": "schemas.records:Prediction",
}

#: Parts of study.yaml and the record of each.
SETTINGS = {
    "study.yaml": "annotate.study.folder:StudySettings",
    "studio": "annotate.study.folder:StudioSettings",
}

#: What is limited, the constant that says how far, and its unit.
LIMITS = (
    ("a text (of a file, or of a row of JSON Lines)", "annotate.texts.sources:MAX_TEXT", "characters"),
    ("a line of JSON Lines, a task of an export, `model.json`", "schemas.files:MAX_ROW", "MB"),
    ("a `.docx`, `.odt` or `.epub`; a `.pdf` that is packed or from a pipe", "annotate.texts.readers.packed:MAX_PACKED", "MB"),
    ("a part of a `.docx`, `.odt` or `.epub`, unpacked; an `.xml`, `.tei`, `.rss` or `.atom`", "annotate.texts.readers.packed:MAX_PART", "MB"),
    ("a `.rtf`", "annotate.texts.readers.rich_text:MAX_RTF", "MB"),
    ("a mail or saved page (`.eml`, `.mhtml`), with what is attached", "annotate.texts.readers.mail:MAX_MAIL", "MB"),
    ("a workbook (`.xlsx`), unpacked", "annotate.texts.readers.table:MAX_UNPACKED", "MB"),
    ("a `.json`", "annotate.texts.readers.json_file:MAX_JSON", "MB"),
    ("files in a `.zip`", "annotate.texts.readers.archive:MAX_MEMBERS", "files"),
    ("a `.zip`, unpacked", "annotate.texts.readers.archive:MAX_UNPACKED", "GB"),
    ("a `.zip`, unpacked, in relation to its own size", "annotate.texts.readers.archive:MAX_RATIO", "times"),
    ("any other file that is read as a whole, unpacked", "schemas.files:MAX_FILE", "GB"),
    ("a codebook", "schemas.codebook:MAX_BYTES", "bytes"),
    ("a study.yaml and other YAML", "schemas.yaml_file:MAX_YAML", "characters"),
    ("pairs of annotators who share a sentence, in `agree` (two hundred who code the same)", "exports.agreement.agree:MAX_PAIRS", "pairs"),
    ("levels of lists and fields in JSON and YAML", "schemas.nesting:MAX_DEPTH", "levels"),
)  # fmt: skip

#: Verb → the pages that explain it.
EXPLAINED = {
    "demo": ("demo-data.md",),
    "open": ("open.md",),
    "look": ("import.md",),
    "init": ("study.md",),
    "import": ("import.md",),
    "split": ("segmentation.md",),
    "relink": ("segmentation.md",),
    "push": ("loop.md", "annotators.md", "practice.md"),
    "status": ("loop.md",),
    "doctor": ("faults.md",),
    "pull": ("pull.md", "by-hand.md"),
    "agree": ("agreement.md", "codings.md"),
    "audit": ("audit.md",),
    "adjudicate": ("adjudication.md", "two-and-a-third.md"),
    "train": ("model.md",),
    "evaluate": ("model.md",),
    "report": ("report.md",),
    "tag": ("tagging.md", "tutorial-tagging.md", "scale.md"),
    "index": ("index-corpus.md",),
    "export": ("export.md",),
    "rehydrate": ("protected-texts.md",),
    "select": ("select.md",),
    "zeroshot": ("zeroshot.md",),
    "prelabel": ("model.md", "loop.md"),
    "serve": ("serve.md",),
    "backup": ("backup.md",),
    "studio": ("label-studio.md", "team.md"),
    "codebook": ("codebook.md", "migration.md"),
    "annotators": ("annotators.md", "whose-coding.md"),
    "model": ("model.md",),
}


def pages() -> dict[str, str]:
    """File name → Markdown, of every page that is not written by hand."""
    return {
        "changes.md": (ROOT / "CHANGELOG.md").read_text("utf-8").replace("](docs/", "]("),
        "verbs.md": verbs(),
        "files.md": files(),
        "study-settings.md": study_settings(),
        "codebook-keys.md": codebook_keys(),
        "errors.md": errors(),
        "limits.md": limits(),
        "measured.md": measured(),
    }


@cache
def verbs() -> str:
    """What `--help` says, by Typer's own writer of Markdown, with a way to the page that explains a verb."""
    command = [sys.executable, "-m", "typer", "annotate.cli", "utils", "docs", "--name", "standpunkt"]
    text = subprocess.check_output(command, cwd=ROOT, text=True)
    text = text.replace("* `--help`: Show this message and exit.\n", "")
    text = re.sub(r"^\*\*Options\*\*:\n\n+(?![*\n])", "", text, flags=re.M)
    text = _linked(text)
    first = dict(re.findall(r"^##+ `standpunkt ([^`]+)`\n\n(.+)$", text, re.M))
    head, *sections = re.split(r"(?=^## `)", text.partition("\n\n")[2], flags=re.M)
    parts = ["# Verbs\n\nMade from the command's own `--help`.\n\n", _whole_lines(head, first)]
    for section in sections:
        verb = re.match(r"## `standpunkt (\w+)", section)[1]  # type: ignore[index]
        heading, about, rest = section.split("\n\n", 2)
        more = [f"[{_title(page)}]({page})" for page in EXPLAINED.get(verb, ())]
        about += f"\n\nExplained in {' and '.join(more)}." if more else ""
        parts.append(f"{heading}\n\n{about}\n\n{_whole_lines(rest, first, verb)}")
    return "".join(parts)


def _whole_lines(text: str, first: dict[str, str], verb: str = "") -> str:
    """The list of commands with links and whole sentences: Typer cuts them for a terminal."""

    def line(listed: re.Match[str]) -> str:
        name = f"{verb} {listed[1]}".strip()
        return f"* [`{listed[1]}`](#standpunkt-{name.replace(' ', '-')}): {first[name]}"

    head, commands, rest = text.partition("**Commands**:\n\n")
    listed, end, others = rest.partition("\n\n")
    return head + commands + re.sub(r"^\* `([\w-]+)`: .*$", line, listed, flags=re.M) + end + others


def _title(page: str) -> str:
    return (ROOT / "docs" / page).read_text("utf-8").partition("\n")[0].removeprefix("# ")


def files() -> str:
    parts = [
        "# Files and their fields\n\nJSON Lines, UTF-8, one record a line. A field with a default may be missing "
        "when the file is read. A key that is missing in `layers` means *not asked* or *not coded*.\n"
    ]
    named: dict[str, type] = {}
    for path, place in FILES.items():
        record = _named(place)
        parts += [f"## {path}\n", _record(record)]
        for field in msgspec.structs.fields(record):
            named.update(_inner(field.type))
    parts += ["## Records within them\n"]
    for name, record in sorted(named.items()):
        parts += [f"### {name}\n", _record(record)]
    return "\n".join(parts)


def _named(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def _inner(kind: Any) -> Iterator[tuple[str, type]]:
    if inspect.isclass(kind) and issubclass(kind, msgspec.Struct):
        yield kind.__name__, kind
        for field in msgspec.structs.fields(kind):
            yield from _inner(field.type)
    for argument in getattr(kind, "__args__", ()):
        yield from _inner(argument)


def study_settings() -> str:
    """What the docstrings of the records say of each setting."""
    parts = [
        "# Settings of study.yaml\n\n[A study and its folder](study.md#settings) says who writes them. A name that is "
        "none of these is an error that names the nearest.\n"
    ]
    for part, place in SETTINGS.items():
        parts += [f"## {part}\n", _record(_named(place))]
    return "\n".join(parts)


def _record(record: type[msgspec.Struct]) -> str:
    """A table of the fields; a record that says something of one has to say it of each."""
    about, meanings = _docstring(record)
    rows = [["field", "type", "default"], ["---"] * 3]
    for field in msgspec.structs.fields(record):
        default = "" if field.required else _default(field)
        rows.append([f"`{field.encode_name}`", f"`{_type(field.type)}`", default])
    if meanings:
        names = [field.name for field in msgspec.structs.fields(record)]
        assert list(meanings) == names, f"{record.__name__}: Attributes are not its fields in their order"
        rows = [[*row, more] for row, more in zip(rows, ["meaning", "---", *meanings.values()], strict=True)]
    return f"{about}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _docstring(record: type[msgspec.Struct]) -> tuple[str, dict[str, str]]:
    """What a docstring says of a record, and of each of its fields under ``Attributes``."""
    text = _linked(inspect.cleandoc(record.__doc__ or "").replace("``", "`"))
    about, _, attributes = text.partition("\n\nAttributes\n----------\n")
    entries = re.findall(r"^(\w+)\n((?: +.*\n?)+)", attributes, re.M)
    return about, {name: " ".join(words.split()) for name, words in entries}


def _linked(text: str) -> str:
    """Pages that the code names by their path, as links."""
    return re.sub(r"docs/([\w-]+\.md)", lambda named: f"[{_title(named[1])}]({named[1]})", text)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is msgspec.UNSET or "UnsetType" in str(field.type):
        return "left out"
    if field.default_factory is not msgspec.NODEFAULT:
        return f"`{msgspec.json.encode(field.default_factory()).decode()}`"
    default = {} if isinstance(field.default, msgspec.Struct) else field.default
    return f"`{msgspec.json.encode(default).decode()}`"


def _type(kind: Any) -> str:
    if inspect.isclass(kind) and not getattr(kind, "__args__", ()):
        return kind.__name__
    words = re.sub(r"\w+(?:\.\w+)*\.(\w+)", r"\1", str(kind)).replace("NoneType", "None")
    words = re.sub(r"Literal\[(.+?)\]", lambda options: options[1].replace(", ", " or "), words)
    return words.replace(" | UnsetType", "").replace(" | ", " or ")


def codebook_keys() -> str:
    from schemas.editor_schema import editor_schema

    schema = editor_schema()
    parts = [
        "# Keys of codebook.yaml\n\nMade from the JSON Schema that "
        "`standpunkt codebook render codebook.yaml --to json-schema` writes for editors; "
        "[the codebook](codebook.md) explains how they work together.\n"
    ]
    for place, part in _objects(schema, "codebook"):
        rows = ["| key | |", "|---|---|"]
        for key, value in part["properties"].items():
            needed = " (needed)" if key in part.get("required", ()) else ""
            rows.append(f"| `{key}`{needed} | {_about(value)} |")
        parts += [f"## {place}\n", "\n".join(rows) + "\n"]
    return "\n".join(parts)


def _about(value: dict[str, Any]) -> str:
    words = [str(value.get("description", ""))]
    if "enum" in value:
        words.append("one of " + ", ".join(f"`{option}`" for option in value["enum"]))
    return " ".join(filter(None, words)).replace("|", "\\|").replace("\n", " ")


def _objects(part: dict[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if part.get("properties"):
        yield place, part
    for name, definition in part.get("$defs", {}).items():
        if definition.get("properties"):
            yield name, definition


def errors() -> str:
    """Every sentence of an error that stands as such in the code; what it fills in is shown as …."""
    found: dict[str, list[tuple[str, str]]] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            room = "/".join(path.relative_to(ROOT).parts[:2]).removesuffix(".py")
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                    name = getattr(node.exc.func, "id", "")
                    words = " ".join(filter(None, map(_template, node.exc.args)))
                    if name.endswith("Error") and name not in {"ValueError", "TypeError"} and words:
                        found.setdefault(room, []).append((name, words))
    parts = [
        "# Errors\n\nEvery error a user can cause is one line on stderr: the place, what was found, what was "
        "expected, what to do. The exit code is 1; wrong use of an option is 2, Ctrl-C 130. With `--json` the "
        "line stands on stderr as well, and stdout stays empty. Below, `…` is what the line fills in.\n\n"
        "| class | means |\n|---|---|"
    ]
    module = importlib.import_module("schemas.errors")
    for name, kind in inspect.getmembers(module, inspect.isclass):
        if kind.__module__ == "schemas.errors":
            parts.append(f"| `{name}` | {inspect.cleandoc(kind.__doc__ or '').splitlines()[0]} |")
    for room, lines in sorted(found.items()):
        parts += [f"\n## {room}\n", "| class | line |", "|---|---|"]
        parts += [f"| `{name}` | {_cell(words)} |" for name, words in dict.fromkeys(lines)]
    return "\n".join(parts) + "\n"


def _template(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


def _cell(words: str) -> str:
    return re.sub(r"([\\`*_<>\[\]|])", r"\\\1", " ".join(words.split()))


def limits() -> str:
    parts = [
        "# Limits\n\nWhat is larger is refused in one line, with exit code 1, and nothing is written; "
        "[when something is wrong](faults.md#what-is-too-large-too-deep-or-no-file) says what is read without a limit.\n\n"
        "| what | at most | constant |\n|---|---|---|"
    ]
    for what, place, unit in LIMITS:
        size = _named(place) // {"MB": 2**20, "GB": 2**30}.get(unit, 1)
        parts.append(f"| {what} | {size:,} {unit} | `{place.replace(':', '.')}` |")
    return "\n".join(parts) + "\n"


def measured() -> str:
    """Each file of docs/measured as it was written, under what its script says of itself."""
    parts = [
        "# What is measured\n\nEach block is what a command printed, with the day, the machine and the versions; "
        "`make bench` and `make stress` write them anew to `docs/measured/`. Ratios to a peer come from one run "
        "of both. Seconds depend on the machine; what is asserted by tests has no clock in it.\n"
    ]
    folder = ROOT / "docs" / "measured"
    for script in sorted((ROOT / "tests" / "benchmarks").glob("bench_*.py")):
        about = (ast.get_docstring(ast.parse(script.read_text("utf-8"))) or "").partition("\n\n")[0]
        parts += _figures(folder / f"{script.stem}.txt", about, f"python tests/benchmarks/{script.name}")
    parts += _figures(
        folder / "stress.txt", "What broke nothing: faults, kills and sizes in full.", "make stress"
    )
    return "\n".join(parts)


def _figures(path: Path, about: str, command: str) -> Iterator[str]:
    yield f"## {path.stem.removeprefix('bench_').replace('_', ' ').capitalize()}\n"
    yield about.replace("``", "`") + "\n"
    printed = path.read_text("utf-8").rstrip() if path.exists() else ""
    yield f"```text\n{printed}\n```\n" if printed else f"Nothing is kept of `{command}` yet.\n"


def write() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    source = FOLDER / "docs"
    source.mkdir(parents=True)
    for path in (ROOT / "docs").iterdir():
        if path.is_file():
            shutil.copy(path, source)
    for name, text in pages().items():
        (source / name).write_text(text, "utf-8")
    shutil.copy(ROOT / "mkdocs.yml", FOLDER)


def main() -> int:
    write()
    with contextlib.chdir(FOLDER):
        return subprocess.call([str(Path(sys.executable).with_name("zensical")), "build", "--strict"])


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT)]
    sys.exit(main())
