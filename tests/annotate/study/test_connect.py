"""A token goes only to the server it was given for: who named the address decides."""

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.label_studio.trusted import origin, trust, trusted
from annotate.study.connect import connect
from annotate.study.folder import Study, open_study
from listeners import answering
from running import Ran
from schemas.errors import DataError, SettingsError
from schemas.files import home

Run = Callable[..., Ran]
ADDRESS = "https://ls.example/label-studio"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A study from anybody, with a server in its file; the token is the user's."""
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "geheim")
    return naming(tmp_path, ADDRESS)


def naming(folder: Path, url: str) -> Study:
    (folder / "study.yaml").write_text(
        f"study: s\nannotators: [anna]\nstudio: {{url: {json.dumps(url)}}}\n", "utf-8"
    )
    return open_study(folder)


def test_an_address_that_only_the_study_names_gets_no_token(study: Study) -> None:
    with pytest.raises(SettingsError) as caught:
        connect(study)
    assert len(str(caught.value).splitlines()) == 1
    for words in (
        f"study.yaml: studio: url names {ADDRESS}",
        "LABEL_STUDIO_API_KEY is sent to no address that only a file names",
        "--url",
        "`standpunkt studio trust https://ls.example`",
    ):
        assert words in str(caught.value)


def test_no_verb_sends_anything_to_an_address_that_was_not_confirmed(
    standpunkt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "geheim")
    with answering(200) as (url, received):
        naming(tmp_path, url)
        for verb in ("push", "pull", "status", "doctor"):
            ran = standpunkt(verb, "--study", tmp_path)
            assert ran.code == 1
            assert f"standpunkt studio trust {url}" in ran.err + ran.out
        assert received == []
        assert standpunkt("studio", "trust", url).code == 0
        standpunkt("doctor", "--study", tmp_path)
        assert "Token geheim" in "".join(received)


def test_the_same_address_given_once_confirms_it(study: Study) -> None:
    assert connect(study, url=f"{ADDRESS}/").url == ADDRESS
    assert connect(study).url == ADDRESS
    assert trusted() == ["https://ls.example"]


def test_another_address_given_confirms_nothing(study: Study) -> None:
    assert connect(study, url="https://andere.example").url == "https://andere.example"
    with pytest.raises(SettingsError, match="only a file names"):
        connect(study)
    assert trusted() == []


@pytest.mark.parametrize("variable", ["LABEL_STUDIO_URL", "LABEL_STUDIO_HOST"])
def test_an_address_of_the_environment_stands_beside_the_token(
    study: Study, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, ADDRESS)
    assert connect(study).url == ADDRESS
    assert trusted() == []


@pytest.mark.parametrize(
    "other",
    [
        "http://ls.example/label-studio", "https://ls.example:8443", "https://ls.example.evil.example",
        "https://ls.example.@evil.example", "https://evil.example/ls.example",
    ],
)  # fmt: skip
def test_what_is_confirmed_is_scheme_host_and_port(study: Study, other: str) -> None:
    trust("https://ls.example")
    assert connect(study).url == ADDRESS
    with pytest.raises(SettingsError):
        connect(naming(study.folder, other))


def test_a_confirmation_is_taken_back(standpunkt: Run, study: Study) -> None:
    assert "may go to https://ls.example" in standpunkt("studio", "trust", ADDRESS).out
    assert standpunkt("studio", "trust", "--list").out == "https://ls.example\n"
    assert standpunkt("studio", "trust", "--list", "--json").json == {"trusted": ["https://ls.example"]}
    assert standpunkt("studio", "trust", "HTTPS://LS.example:443", "--remove").code == 0
    assert "was not confirmed" in standpunkt("studio", "trust", ADDRESS, "--remove").out
    assert standpunkt("studio", "trust", "--list").out == "none was confirmed\n"
    with pytest.raises(SettingsError):
        connect(study)


@pytest.mark.parametrize("words", [[], ["--list", "https://x.example"], ["--list", "--remove"], ["--remove"]])
def test_trust_wants_an_address_or_the_list(standpunkt: Run, words: list[str]) -> None:
    assert standpunkt("studio", "trust", *words).code == 2


@pytest.mark.parametrize(
    "address", ["ls.example", "ls.example:8080", "ftp://ls.example", "http://", "http://x:port", ""]
)
def test_what_is_no_address_cannot_be_confirmed(standpunkt: Run, address: str) -> None:
    ran = standpunkt("studio", "trust", address)
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "is not an address" in ran.err


@pytest.mark.parametrize(
    "address", ["https://anna:geheim@ls.example", "https://anna:ge/heim@ls.example", "anna:geheim@ls.example"]
)
def test_an_address_with_a_login_is_refused_and_not_repeated(
    study: Study, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    for connecting in (lambda: connect(study, url=address), lambda: trust(address)):
        with pytest.raises(SettingsError, match=r"on ls\.example holds a login") as caught:
            connecting()
        assert "heim" not in str(caught.value)
    monkeypatch.setenv("LABEL_STUDIO_URL", address)
    with pytest.raises(SettingsError, match="holds a login"):
        connect(study)


def test_what_a_file_names_cannot_slip_a_command_into_the_advice(study: Study) -> None:
    with pytest.raises(SettingsError) as caught:
        connect(naming(study.folder, "https://x;reboot"))
    assert "trust 'https://x;reboot'" in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_the_confirmations_are_kept_for_the_user_alone() -> None:
    trust(ADDRESS)
    (kept,) = home().glob("trusted*")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.write_text("{", "utf-8")
    with pytest.raises(DataError, match="damaged"):
        trusted()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080"),
        ("http://ls.example:80", "http://ls.example"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_has_no_path_and_no_usual_port(address: str, place: str) -> None:
    assert origin(address) == place
