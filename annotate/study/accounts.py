"""Which account of Label Studio is whose: by it a coding is told from that of a guest in a project."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from annotate.label_studio.answers import HeldUser
from annotate.label_studio.client import Studio
from annotate.study.folder import Study
from schemas.errors import DataError, SettingsError
from schemas.files import write_private_json
from schemas.records import Record

#: How sure an account is: written in study.yaml, made for the person, bound by `annotators bind`, or only
#: the first that coded in their project.
How = Literal["study.yaml", "made", "bound", "first"]


class Account(Record, frozen=True, kw_only=True):
    """An annotator's account on one server.

    ``user`` is Label Studio's number of it, ``password`` there only where the account was made for them.
    ``restored`` are annotations that were put back in their name by somebody else's account.
    """

    user: int | None = None
    email: str | None = None
    password: str | None = None
    how: How = "made"
    restored: list[int] = []

    def __repr__(self) -> str:
        return f"Account({self.user}, {self.email}, {self.how})"  # never the password


def read_accounts(study: Study, url: str) -> dict[str, Account]:
    """Annotator → their account on this server, as far as it is remembered."""
    return _all(study).get(url, {})


def keep_account(study: Study, url: str, annotator: str, account: Account) -> None:
    known = _all(study)
    write_private_json(_path(study), {**known, url: {**known.get(url, {}), annotator: account}})


def rename_accounts(study: Study, old: str, new: str) -> None:
    """Gives what is remembered of an annotator another name."""
    known = _all(study)
    if any(old in people for people in known.values()):
        renamed = {
            url: {new if name == old else name: account for name, account in people.items()}
            for url, people in known.items()
        }
        write_private_json(_path(study), renamed)


def find_accounts(studio: Studio, study: Study, annotators: Sequence[str]) -> dict[str, Account]:
    """The accounts of the annotators as far as they are known, study.yaml before what is remembered.

    An e-mail is looked up on the server; ``user`` stays None where nobody has signed up with it yet.
    """
    known = read_accounts(study, studio.url)
    accounts = {name: known[name] for name in annotators if name in known}
    for name, given in study.settings.studio.accounts.items():
        if name in annotators:
            was = known.get(name, Account())
            user = int(given) if given.isdigit() else None
            email = given if user is None else None
            accounts[name] = Account(user=user, email=email, how="study.yaml", restored=was.restored)
    if any(account.user is None and account.email for account in accounts.values()):
        numbers = {user.email.lower(): user.id for user in studio.users()}
        for name, account in accounts.items():
            if account.user is None and account.email:
                user = numbers.get(account.email.lower())
                accounts[name] = msgspec.structs.replace(account, user=user)
                if user is not None and account.how != "study.yaml":
                    keep_account(study, studio.url, name, accounts[name])
    return accounts


def bind_account(studio: Studio, study: Study, annotator: str, given: str | None) -> Account:
    """Binds an annotator to an account, and confirms the one they have where none is given.

    Parameters
    ----------
    given
        The number of the account or its e-mail.

    Raises
    ------
    SettingsError
        There is no such account, nothing to confirm, or study.yaml says otherwise.
    """
    in_file = study.settings.studio.accounts.get(annotator)
    if in_file is not None:
        raise SettingsError(
            f"{study.settings_path}: studio: accounts: {annotator} is {in_file} there; change it there"
        )
    was = read_accounts(study, studio.url).get(annotator, Account())
    users = studio.users()
    if given is None:
        if was.user is None:
            raise SettingsError(
                f"nothing is known of an account of {annotator}; name one of {_listed(users)}"
            )
        given = str(was.user)
    user = next((u for u in users if given in (str(u.id), u.email)), None)
    if user is None:
        raise SettingsError(f'"{given}" is no account on {studio.url}; there are {_listed(users)}')
    password = was.password if was.email == user.email else None
    account = Account(user=user.id, email=user.email, password=password, how="bound", restored=was.restored)
    keep_account(study, studio.url, annotator, account)
    return account


def _listed(users: Sequence[HeldUser]) -> str:
    shown = [f"{u.id} ({u.email})" for u in users[:8]]
    return ", ".join(shown) + (" …" if len(users) > 8 else "")


def _all(study: Study) -> Mapping[str, dict[str, Account]]:
    """Server address → annotator → account."""
    path = _path(study)
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, Account]])
    except FileNotFoundError:
        return {}
    except (msgspec.DecodeError, RecursionError) as error:
        raise DataError(f"damaged ({error}); delete it and invite again", path=path) from error


def _path(study: Study) -> Path:
    return study.folder / ".standpunkt" / "accounts.json"
