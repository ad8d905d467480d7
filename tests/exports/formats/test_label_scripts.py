"""Labels for SPSS, read by PSPP; those for Stata, which cannot be run here, held against its grammar."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from exports.formats.label_scripts import short_names
from exports.formats.options import Options
from exports.formats.write import write_export

from .conftest import TEXTS, Gather

#: The commands of `labels.do` as the Stata 14 manuals give their syntax: [D] import delimited, [D] rename,
#: [D] destring, [D] encode, [D] label, [D] order, [D] drop.
_NAME, _TEXT = r"[A-Za-z_]\w{0,31}", r"`\"(?:[^`\"$]|\"(?!')|\\\$)*\"'"
_OPTIONS = (
    r"varnames\(nonames\) rowrange\(2\) stringcols\(_all\) bindquotes\(strict\) "
    r'maxquotedrows\(unlimited\) delimiters\("[,;]"\) encoding\("utf-8"\) clear'
)
STATA = re.compile(
    rf"""\*[ ].* | version[ ]14
    | import[ ]delimited[ ]using[ ]{_TEXT},[ ]{_OPTIONS.replace(" ", "[ ]")}
    | rename[ ]{_NAME}[ ]{_NAME} | drop[ ]{_NAME} | destring[ ]{_NAME},[ ]replace
    | label[ ]define[ ]{_NAME}(?:[ ]\d+[ ]{_TEXT})+(?:,[ ]modify)?
    | encode[ ]{_NAME},[ ]generate\({_NAME}\)[ ]label\({_NAME}\)[ ]noextend
    | label[ ]values[ ]{_NAME}[ ]{_NAME} | label[ ]variable[ ]{_NAME}[ ]{_TEXT}
    | order(?:[ ]{_NAME})+""",
    re.VERBOSE,
)


def pspp(folder: Path, *commands: str) -> str:
    if shutil.which("pspp") is None:
        pytest.skip("Debian's pspp is not installed (tests/install-packages.sh)")
    script = (folder / "labels.sps").read_text("utf-8") + "\n".join(commands)
    (folder / "all.sps").write_text(script, "utf-8")
    ran = subprocess.run(
        ["pspp", "-O", "format=csv", "all.sps"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "error" not in ran.stderr + ran.stdout
    return ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize("german", [False, True])
def test_pspp_reads_every_sentence_with_the_labels_of_its_codes(
    material_of: Gather, tmp_path: Path, german: bool
) -> None:
    write_export(material_of(), "wide", str(tmp_path / "out"), Options(german=german))
    out = pspp(
        tmp_path / "out",
        "DISPLAY DICTIONARY.",
        "LIST VARIABLES=text.",
        "CROSSTABS /TABLES=function__coder1 BY function__coder2 /CELLS=COUNT.",
        "FREQUENCIES strength__coder2 rhetoric__none__coder1.",
    )
    assert TEXTS["eins"][0] in out
    assert TEXTS["zwei"][0] in out
    assert "Urteil; „Deutung“" in out
    assert "stark" in out
    assert "Satzart (coder1)" in out


@pytest.mark.slow
def test_a_line_break_in_a_text_is_no_new_case(material_of: Gather, tmp_path: Path) -> None:
    material = material_of()
    first = next(iter(material.units))
    unit = material.units[first]
    material.units[first] = type(unit)(sentence_id=unit.sentence_id, commentary_id=unit.commentary_id, text="Ein\nBruch „hier“, \"da\"")  # fmt: skip
    report = write_export(material, "wide", str(tmp_path / "tabelle.csv"))
    assert report.left_out["line breaks within cells, written as spaces"] == 1
    (tmp_path / "labels.sps").write_bytes((tmp_path / "tabelle-labels.sps").read_bytes())
    out = pspp(tmp_path, "LIST VARIABLES=text.")
    assert 'Ein Bruch „hier“, ""da""' in out


def test_the_script_for_stata_keeps_to_the_grammar_and_to_32_characters(
    material_of: Gather, tmp_path: Path
) -> None:
    write_export(material_of(), "wide", str(tmp_path / "out"))
    lines = (tmp_path / "out" / "labels.do").read_text("utf-8").splitlines()
    assert [line for line in lines if not STATA.fullmatch(line)] == []
    assert 'label define values1 1 `"report"\' 2 `"claim"\'' in lines
    assert 'label define values1 1 `"Bericht"\' 2 `"Urteil; „Deutung“"\', modify' in lines
    encoded = [line.split()[1].rstrip(",") for line in lines if line.startswith("encode")]
    assert encoded[:2] == ["function__coder1", "function__coder2"]


def test_names_are_short_and_none_is_there_twice() -> None:
    long = [f"stance__{'lieferung_von_waffen' * 4}_{n}__coder{n % 12}" for n in range(200)]
    for limit in (32, 64):
        given = list(short_names([*long, "Index", "index", "with"], limit, frozenset({"with"})).values())
        assert max(map(len, given)) <= limit
        assert len({name.lower() for name in given}) == 203
        assert given[0].endswith("__coder0")
        assert given[-1] == "with_"


def test_text_cannot_run_a_macro_in_stata(material_of: Gather, tmp_path: Path) -> None:
    material = material_of()
    layers = [layer for layer in material.codebook.layers if layer.id == "function"]
    label = type(layers[0])(id="function", kind="one", label={"de": "a `x' $y \"z\"'"}, codes=layers[0].codes)
    book = type(material.codebook)(codebook="probe", version="1.2.0", language="de", layers=[label])
    write_export(material._replace(codebook=book), "wide", str(tmp_path / "out"))
    lines = (tmp_path / "out" / "labels.do").read_text("utf-8").splitlines()
    (said,) = [line for line in lines if line.startswith("label variable function__coder1")]
    assert said.endswith("""`"a 'x' \\$y "z'' (coder1)"'""")
    assert STATA.fullmatch(said)
