from pathlib import Path

import pytest

from schemas import codebooks
from schemas.codebook import Code, Codebook, Layer, Target, load_codebook, screen_keys
from schemas.codebooks import codebook_text
from schemas.errors import DataError
from schemas.schemes import SCHEMES

HEAD = "codebook: probe\nversion: 1.0.0\nlanguage: de\n"
SHIPPED = Path(codebooks.__file__).parent


def book(tmp_path: Path, text: str) -> Codebook:
    return load_codebook(written(tmp_path, text))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "codebook.yaml"
    path.write_text(text, "utf-8")
    return path


def layer(codes: str, kind: str = "one", more: str = "") -> str:
    return f"{HEAD}layers:\n  - id: tone\n    kind: {kind}\n    label: Ton\n{more}    codes: {codes}\n"


def test_scalars_are_strings_so_no_is_a_code(tmp_path: Path) -> None:
    found = book(tmp_path, layer("[{id: no, label: Nein}, {id: yes, label: Ja, key: 1}]"))
    assert found.layers[0].code_ids == ["no", "yes"]
    assert found.layers[0].codes[1].key == "1"


def test_unknown_fields_are_no_error(tmp_path: Path) -> None:
    assert book(tmp_path, "licence: CC0\n" + layer("[{id: a, label: A, later: x}]")).codebook == "probe"


ERRORS = [
    ("two codes of one id", layer("[{id: a, label: A}, {id: a, label: B}]"), 'two codes of layer "tone" have the id "a"'),
    ("a code without label", layer("[{id: a}]"), "label"),
    ("a kind that is none", layer("[{id: a, label: A}]", kind="many"), 'found "many", expected one, scale, set, stance, text'),
    ("an id with capitals", layer("[{id: Aa, label: A}]"), 'code id "Aa": expected a-z'),
    ("an id with two underscores", layer("[{id: a__b, label: A}]"), "without __"),
    ("a key that is no key", layer("[{id: a, label: A, key: ß}]"), 'key "ß": expected one of a-z'),
    ("one key for two", layer("[{id: a, label: A, key: x}, {id: b, label: B, key: x}]"), "already the key of tone: a"),
    ("an unknown parent", layer("[{id: claim, label: A}, {id: b, label: B, parent: clam}]"), 'did you mean "claim"?'),
    ("a scale that starts at 2", layer("[{id: 2, label: A}]", kind="scale"), 'found "2", expected "1"'),
    ("an unknown exclusive code", layer("[{id: none, label: A}]", kind="set", more="    exclusive: [nome]\n"), '"nome"; did'),
    ("a layer named like a task field", HEAD + "layers: [{id: note, kind: text, label: N}]\n", "field of every task"),
    ("a duplicate key", "codebook: a\n" + layer("[{id: a, label: A}]"), 'the key "codebook" stands here'),
    ("an anchor", layer("[{id: a, label: &x A}, {id: b, label: *x}]"), "anchors and aliases are refused"),
    ("no mapping", "- a\n- b\n", "expected a mapping at the top"),
    ("no YAML", HEAD + "layers: [", "not YAML"),
    ("neither layers nor targets", HEAD, "neither layers nor targets"),
    ("nothing", "  \n", "is empty, expected a codebook"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS])
def test_an_error_is_one_line_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DataError) as caught:
        load_codebook(path)
    message = str(caught.value)
    assert words in message
    assert message.startswith(str(path))
    assert "\n" not in message


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "codebook.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(DataError, match="expected at most"):
        load_codebook(path)


def test_a_deep_file_is_refused_and_ends_no_process(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="more than 50 levels deep"):
        load_codebook(written(tmp_path, "a: " + "[" * 100_000))


def test_aliases_of_aliases_do_not_grow(tmp_path: Path) -> None:
    rows = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    with pytest.raises(DataError, match="and 160 more"):
        load_codebook(written(tmp_path, "a0: &a0 [x]\n" + rows))


def test_the_error_that_stops_a_verb_says_how_many_more_there_are(tmp_path: Path) -> None:
    path = written(tmp_path, layer("[{id: a, label: A, key: ü}, {id: a, label: B}]"))
    with pytest.raises(DataError, match=r"and 1 more: standpunkt codebook lint") as caught:
        load_codebook(path)
    assert caught.value.line == 8


def test_a_key_may_serve_two_codes_of_which_no_layer_has_both() -> None:
    keys = {"favor": "q", "open": "y", "balanced": "y"}
    stance = Layer(
        id="s", kind="stance", label="S", codes=[Code(id="favor", label="Ja"), Code(id="open", label="O")]
    )
    target = Target(id="t", question="Ist es gut?", keys=keys)
    book = Codebook(codebook="x", version="1.0.0", language="de", targets=[target], layers=[stance])
    assert [key for _, key, _ in screen_keys(book)] == ["q", "y"]


@pytest.mark.parametrize(("targets", "count"), [("ziele-ukraine", 5), ("ziele-demo", 8)])
@pytest.mark.parametrize("codebook", ["kommentar-core", "kommentar-full"])
def test_shipped_codebooks_and_targets_join_into_one(
    tmp_path: Path, codebook: str, targets: str, count: int
) -> None:
    joined = book(tmp_path, codebook_text(codebook, targets))
    assert len(joined.targets) == count
    assert joined.layers[-1].id == "comment"


def test_the_full_codebook_holds_every_code_of_the_core_but_open() -> None:
    core, full = (load_codebook(SHIPPED / f"kommentar-{name}.yaml") for name in ("core", "full"))
    for layer in core.layers:
        wider = full.layer(layer.id)
        assert wider is not None
        assert set(layer.code_ids) - set(wider.code_ids) <= {"open"}


def test_the_full_codebook_has_the_six_groups_and_their_23_techniques() -> None:
    rhetoric = load_codebook(SHIPPED / "kommentar-full.yaml").layer("rhetoric")
    assert rhetoric is not None
    leaves = [code for code in rhetoric.codes if code.parent]
    published = {code.maps["semeval-2023"] for code in leaves}
    groups = {
        code.maps["semeval-2023"] for code in rhetoric.codes if code.id in {leaf.parent for leaf in leaves}
    }
    assert published | groups == set(SCHEMES["semeval-2023"])
    assert (len(groups), len(leaves)) == (6, 23)


@pytest.mark.parametrize("name", ["core", "full"])
def test_every_shipped_code_is_fully_described(name: str) -> None:
    for layer in load_codebook(SHIPPED / f"kommentar-{name}.yaml").layers:
        for code in layer.codes:
            assert code.short and code.use_when and code.avoid_when and code.ask, code.id
            assert (len(code.examples), len(code.near_misses)) == (2, 2), code.id
            assert len(str(code.short)) < 100, code.id
