"""Accounts of Label Studio made through its own web forms: the API offers no way to do this.

Measured against 1.23: a form wants the CSRF cookie of the page before it; a personal access token
can be read only when it is made, and one person has at most one.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx
import msgspec

from annotate.label_studio.answers import Invitation, decoded
from annotate.label_studio.retry import DIRECT, reaching
from schemas.errors import StudioError

T = TypeVar("T")
_TIMEOUT = 60.0


class _Token(msgspec.Struct):
    token: str


@contextmanager
def signed_in(url: str, email: str, password: str) -> Iterator[httpx.Client]:
    """A browser-like client of the person, signed in by the form.

    Raises
    ------
    StudioError
        The server does not answer, or does not know e-mail and password.
    """
    with httpx.Client(base_url=url, timeout=_TIMEOUT, follow_redirects=False, mounts=DIRECT) as client:
        page = "/user/login/"
        answer = _post_form(client, page, {"email": email, "password": password})
        if answer.status_code != 302:
            raise StudioError("signing in", f"{url} does not know {email} with this password", status=401)
        yield client


def make_token(url: str, email: str, password: str) -> str:
    """A new personal access token; one that the person has already is revoked.

    Raises
    ------
    StudioError
        Signing in failed, or the organization allows no personal access tokens.
    """
    with signed_in(url, email, password) as client:
        answer = _post_json(client, "/api/token/", {})
        if answer.status_code == 409:
            for known in _read(client.get("/api/token/"), list[_Token], "listing access tokens"):
                _ok(_post_json(client, "/api/token/blacklist/", {"refresh": known.token}), "revoking a token")
            answer = _post_json(client, "/api/token/", {})
        return _read(answer, _Token, "making an access token").token


def invite_link(url: str, email: str, password: str) -> str:
    """The link by which a new person joins, fetched as the person who invites."""
    with signed_in(url, email, password) as client:
        link = _read(client.get("/api/invite"), Invitation, "asking for the invite link").invite_url
        return link if link.startswith("http") else url.rstrip("/") + link


def sign_up(invite: str, email: str, password: str) -> bool:
    """Makes an account by an invite link. False where the e-mail has an account already."""
    address = httpx.URL(invite)
    origin = str(address.copy_with(raw_path=b"/"))
    with httpx.Client(base_url=origin, timeout=_TIMEOUT, follow_redirects=False, mounts=DIRECT) as client:
        page = address.raw_path.decode()
        answer = _post_form(
            client, page, {"email": email, "password": password, "allow_newsletters": "false"}
        )
        if answer.status_code == 302:
            return True
        if re.search(r"already (exists|taken|registered)|with this email", answer.text, re.I):
            return False
        raise StudioError("signing up", f"the form for {email} was not accepted", status=answer.status_code)


def _post_form(client: httpx.Client, page: str, fields: dict[str, str]) -> httpx.Response:
    with reaching(str(client.base_url)):
        client.get(page).raise_for_status()
        data = {**fields, "csrfmiddlewaretoken": client.cookies.get("csrftoken") or ""}
        return client.post(page, data=data, headers={"Referer": str(client.base_url)})


def _post_json(client: httpx.Client, path: str, body: dict[str, str]) -> httpx.Response:
    headers = {"X-CSRFToken": client.cookies.get("csrftoken") or "", "Referer": str(client.base_url)}
    with reaching(str(client.base_url)):
        return client.post(path, json=body, headers=headers)


def _read(answer: httpx.Response, kind: type[T], operation: str) -> T:
    return decoded(_ok(answer, operation).content, kind, operation)


def _ok(answer: httpx.Response, operation: str) -> httpx.Response:
    if answer.is_error:
        raise StudioError(operation, answer.text[:200], status=answer.status_code)
    return answer
