"""A letter for each annotator: how to get in, where their project is, what to do there."""

import secrets
import textwrap
from collections.abc import Sequence
from urllib.parse import urlsplit

from annotate.label_studio import accounts
from annotate.label_studio.client import Studio
from annotate.study.accounts import Account, keep_account, read_accounts
from annotate.study.folder import Study
from annotate.study.identity import LETTERS
from annotate.study.projects import StudyProject
from schemas.errors import StudioError
from schemas.files import write_private_text, write_text
from schemas.guidelines import guidelines_page
from schemas.jsonl import read_jsonl
from schemas.records import Assignment, Record, Sentence, slug

#: The page beside the letters that they speak of.
GUIDELINES = "richtlinien.html"
_HERE_ONLY = ("127.0.0.1", "localhost", "::1")


class Invitation(Record, frozen=True, kw_only=True):
    """A letter that was written, for whom, and the account where one was made."""

    annotator: str
    path: str
    link: str
    email: str | None = None


def write_invitations(
    studio: Studio, study: Study, projects: Sequence[StudyProject], *, with_accounts: bool = False
) -> list[Invitation]:
    """Writes ``einladungen/NAME.txt`` for each annotator, readable by their owner alone.

    People make their own account by the server's invite link, so that nobody else knows their
    password. Only ``with_accounts`` makes one for them, once, and puts its password in the letter.

    Raises
    ------
    StudioError
        The server gives no invite link, or takes no new account.
    """
    invite = studio.invite_link()
    folder = study.folder / LETTERS
    write_text(folder / ".gitignore", "*\n")
    write_text(folder / GUIDELINES, guidelines_page(study.codebook()))
    written = []
    for project in projects:
        name = project.annotator
        account = read_accounts(study, studio.url).get(name)
        if with_accounts and (account is None or account.how == "made"):
            account = _account(studio, study, name, invite)
        path = folder / f"{name}.txt"
        write_private_text(path, letter(studio.url, study, project, invite=invite, account=account))
        written.append(
            Invitation(
                annotator=name, path=str(path), link=project.link, email=account.email if account else None
            )
        )
    return written


def is_here_only(url: str) -> bool:
    """Whether an address leads to the machine it is opened on, so that nobody else reaches it."""
    return urlsplit(url).hostname in _HERE_ONLY


def letter(url: str, study: Study, project: StudyProject, *, invite: str, account: Account | None) -> str:
    """The text of an invitation."""
    if account and account.password:
        enter = f"""\
1. Anmelden. Für Sie ist schon ein Konto angelegt:
   Adresse:  {url}
   E-Mail:   {account.email}
   Passwort: {account.password}
   Die E-Mail-Adresse dient nur zum Anmelden, Post kommt dort nicht an.
   Geben Sie das Passwort bitte nicht weiter."""
    else:
        enter = f"""\
1. Konto anlegen (einmal). Öffnen Sie diesen Link und wählen Sie selbst ein
   Passwort:
   {invite}
   Geben Sie den Link bitte nicht weiter: Wer ihn hat, kann ein Konto anlegen.
   Haben Sie auf diesem Server schon ein Konto, melden Sie sich damit an:
   {url}"""
    here = (
        "\nDie Links führen nur an dem Rechner ans Ziel, auf dem Label Studio läuft.\n"
        if is_here_only(url)
        else ""
    )
    return f"""\
Einladung zum Codieren
Studie: {study.name}
Für: {project.annotator}

Guten Tag,

{_task(study)}
{_share(study, project.annotator)}

{enter}

2. Ihr Projekt öffnen. Dieser Link führt zum nächsten offenen Satz:
   {project.link}
   Heben Sie ihn auf. Sie können jederzeit aufhören: Was gespeichert ist,
   bleibt, und beim nächsten Mal geht es an derselben Stelle weiter.

3. Codieren. Zuerst erscheint die Kurzfassung der Richtlinien; mit Esc
   schließen Sie sie, über „Instructions“ oben rechts öffnen Sie sie wieder.
   Beurteilt wird nur der markierte Satz; der Text ringsum hilft beim
   Verstehen. Strg+Enter speichert und holt den nächsten Satz. Steht in der
   Kopfzeile „Mit Vorschlag“, hat ein Programm schon gewählt: Prüfen Sie jede
   Wahl, als stünde keine da. Sind Sie nicht sicher, entscheiden Sie trotzdem.
   Alle Regeln mit Beispielen liegen bei: {GUIDELINES}

   Wenn „Es fehlt noch etwas“ erscheint: Die Meldung nennt, was fehlt; Esc,
   nachholen, speichern. Wenn Sie sich vertan haben: links unten „Zurück“,
   ändern, Strg+Enter. Wenn eine Taste nichts tut: einmal auf eine leere Stelle
   klicken, der Zeiger stand in einem Feld.
{here}
Getrennt, nicht geheim. Jede Person codiert in einem eigenen Projekt, damit die
Urteile unabhängig voneinander entstehen. Die Projekte sind getrennt, aber nicht
geheim: In der freien Ausgabe von Label Studio kann jedes Mitglied jedes Projekt
öffnen, ändern und löschen, auch das anderer. Bleiben Sie deshalb bitte in Ihrem
eigenen Projekt, und sehen Sie nicht nach, wie andere entschieden haben.
Umgekehrt können andere sehen, was Sie gewählt haben. Zur Sicherheit hebt die
Studienleitung von allem, was sie abgeholt hat, eine Kopie auf. Codieren Sie
immer mit demselben Konto: Daran erkennt die Studie, was von Ihnen ist.

Was festgehalten wird. Zu jedem Satz speichert Label Studio, was Sie gewählt
haben, wann Sie es gespeichert haben und wie lange Sie daran gearbeitet haben.

Fragen beantwortet, wer Ihnen diesen Brief geschickt hat. Vielen Dank!
"""


def _task(study: Study) -> str:
    """What coding is, in a sentence."""
    book = study.codebook()
    layers = ", ".join(book.say(layer.label) for layer in book.predicted_layers)
    return textwrap.fill(
        "Sie sind eingeladen, in dieser Studie Sätze aus Kommentaren zu codieren: Zu jedem Satz wählen Sie, "
        f"was auf ihn zutrifft ({layers}).",
        76,
    )


def _share(study: Study, annotator: str) -> str:
    """How much there is to do, in a sentence."""
    mine = {a.sentence_id for a in read_jsonl(study.assignments, Assignment) if a.annotator == annotator}
    pieces = {s.commentary_id for s in read_jsonl(study.sentences, Sentence) if s.sentence_id in mine}
    sentences = "1 Satz" if len(mine) == 1 else f"{len(mine)} Sätze"
    texts = "1 Kommentar" if len(pieces) == 1 else f"{len(pieces)} Kommentaren"
    return f"Ihr Anteil: {sentences} aus {texts}."


def _account(studio: Studio, study: Study, name: str, invite: str) -> Account:
    """The annotator's account, made where none was made; its password is kept before it counts."""
    account = read_accounts(study, studio.url).get(name)
    email = f"{slug(name)}.{slug(study.name)}@standpunkt.example"
    for address in (email, email.replace("@", f".{secrets.token_hex(2)}@")):
        if account is not None and account.email and account.password:
            accounts.sign_up(invite, account.email, account.password)  # False where it was done already
            return account
        made = Account(email=address, password=secrets.token_urlsafe(12))
        keep_account(study, studio.url, name, made)
        if accounts.sign_up(invite, address, str(made.password)):
            return made
    raise StudioError("making an account", f"{email} has one already, whose password is not known here")
