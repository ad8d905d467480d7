"""Letters to annotators: a way in, their own project, and nothing that others may know."""

import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.label_studio import accounts
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import Study, open_study
from annotate.study.projects import StudyProject
from annotate.sync.invitations import Account, is_here_only, letter
from running import Ran
from schemas.codebooks import codebook_text
from schemas.jsonl import write_jsonl
from schemas.records import Assignment, Sentence

Run = Callable[..., Ran]
URL = "https://studio.example.org/ls"
PROJECT = StudyProject(annotator="anna", project=7, link=f"{URL}/projects/7/data?labeling=1")
INVITE = f"{URL}/user/signup/?token=abc"


@pytest.fixture
def two_pieces(tmp_path: Path) -> Study:
    (tmp_path / "study.yaml").write_text("study: wald\nannotators: [anna]\n", "utf-8")
    (tmp_path / "codebook.yaml").write_text(codebook_text("kommentar-core", "ziele-demo"), "utf-8")
    study = open_study(tmp_path)
    sentences = [
        Sentence(
            sentence_id=f"p{n % 2}:{n}", commentary_id=f"p{n % 2}", index=n, start=0, end=1, text="x",
            kind="sentence", continues=False, chain_id=None, block=0,
        )
        for n in range(6)
    ]  # fmt: skip
    write_jsonl(study.sentences, sentences)
    write_jsonl(
        study.assignments, [Assignment(sentence_id=s.sentence_id, annotator="anna") for s in sentences[:5]]
    )
    return study


def test_a_letter_says_how_to_get_in_where_to_go_and_how_much_there_is(two_pieces: Study) -> None:
    text = letter(URL, two_pieces, PROJECT, invite=INVITE, account=None)
    for words in (
        INVITE,
        PROJECT.link,
        "5 Sätze aus 2 Kommentaren",
        "(Stimme, Satzart, Haltung des\nAutors, Mittel)",
        "Fragen beantwortet, wer Ihnen diesen Brief geschickt hat.",
        "getrennt, aber nicht\ngeheim",
        "Für: anna",
    ):
        assert words in text
    assert "Passwort:\n" in text
    assert "nur an dem Rechner" not in text


def test_a_letter_with_an_account_needs_no_invite_link(two_pieces: Study) -> None:
    account = Account(email="anna.wald@standpunkt.example", password="s3cr3t-words")
    text = letter(URL, two_pieces, PROJECT, invite=INVITE, account=account)
    assert account.email in text
    assert account.password in text
    assert INVITE not in text
    assert "s3cr3t" not in repr(account)


def test_no_line_of_a_letter_is_longer_than_a_mail_program_breaks(two_pieces: Study) -> None:
    text = letter("http://127.0.0.1:8080", two_pieces, PROJECT, invite=INVITE, account=None)
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert "nur an dem Rechner" in text


@pytest.mark.parametrize(
    ("url", "here"),
    [("http://127.0.0.1:80", True), ("http://localhost", True), ("http://[::1]:8", True), (URL, False)],
)
def test_an_address_of_this_machine_is_known(url: str, here: bool) -> None:
    assert is_here_only(url) is here


@pytest.mark.studio
@pytest.mark.slow
def test_the_letters_let_people_in_and_stay_out_of_a_backup(
    standpunkt: Run, study: Path, server: LocalStudio, tmp_path: Path
) -> None:
    assert standpunkt("push", "--study", study, "--invite", "--dry-run").code == 0
    assert not (study / "einladungen").exists()
    first = standpunkt("push", "--study", study, "--invite")
    assert first.code == 0, first.err
    assert f"send each letter with {study / 'einladungen' / 'richtlinien.html'}" in first.out
    anna = study / "einladungen" / "anna.txt"
    assert stat.S_IMODE(anna.stat().st_mode) == 0o600
    invite = next(line.strip() for line in anna.read_text("utf-8").splitlines() if "signup" in line)
    assert accounts.sign_up(invite, f"{study.parent.name}@gast.example", "ein-langes-Passwort-7")

    made = standpunkt("push", "--study", study, "--invite", "--accounts", "--json").json["invitations"]
    text = anna.read_text("utf-8")
    password = text.partition("Passwort: ")[2].split()[0]
    assert accounts.make_token(server.url, made[0]["email"], password)
    assert password not in str(made)
    again = standpunkt("push", "--study", study, "--invite", "--json").json["invitations"]
    assert again == made
    assert anna.read_text("utf-8") == text

    packed = tmp_path / "s.tar.gz"
    assert standpunkt("backup", packed, "--study", study).code == 0
    with tarfile.open(packed) as pack:
        assert not [name for name in pack.getnames() if "einladung" in name or "account" in name]
