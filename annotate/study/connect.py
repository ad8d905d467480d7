"""Which Label Studio, and with which token: flag, environment, study, then this machine's own."""

import os
import shlex

from annotate.label_studio import local_server
from annotate.label_studio.client import Studio
from annotate.label_studio.trusted import origin, trust, trusted
from annotate.study.folder import Study
from annotate.study.identity import check_place
from schemas.errors import SettingsError

URL, HOST, KEY = "LABEL_STUDIO_URL", "LABEL_STUDIO_HOST", "LABEL_STUDIO_API_KEY"


def connect(study: Study | None, *, url: str | None = None, read_only: bool = False) -> Studio:
    """The server that this study talks to; without one, that of the environment or this machine's own.

    With ``read_only`` nothing but GET is ever sent to it.

    The address is ``url``, then ``LABEL_STUDIO_URL``, then ``LABEL_STUDIO_HOST``, then
    ``studio: url`` of study.yaml, each with the token in ``LABEL_STUDIO_API_KEY``; else the local
    server that ``standpunkt studio start`` keeps, with the token of its own. An address that stands
    in study.yaml alone gets the token once it was confirmed: it is the user's, and the file may come
    from anybody.

    Raises
    ------
    SettingsError
        An address without a token, with a login, or not confirmed, or nothing to talk to; names what
        to set. The folder is a copy of another study.
    """
    if study is not None:
        check_place(study)
    address = check_address(study, url=url)
    local = local_server.load()
    if address and not (local and address.rstrip("/") == local.url):
        key = os.environ.get(KEY)
        if not key:
            raise SettingsError(f"no token for {address}", variable=KEY)
        if study is not None and url:
            _confirm(study, url)
        return Studio(address, key, read_only=read_only)
    if local is None or not local.token or not local_server.status().running:
        raise SettingsError(
            "no Label Studio: start one on this machine with `standpunkt studio start`, "
            f"or set {URL} and {KEY}"
        )
    return Studio(local.url, local.token, read_only=read_only)


def check_address(study: Study | None, *, url: str | None = None) -> str | None:
    """The address that is named, before anything is asked of it; None where only this machine's is left.

    Raises
    ------
    SettingsError
        It is none, has a login in it, or stands in study.yaml alone and was not confirmed.
    """
    given = _given(url)
    address = given or (study.settings.studio.url if study is not None else None)
    local = local_server.load()
    if address and not (local and address.rstrip("/") == local.url):
        origin(address)
        if study is not None and not given:
            _refuse_unconfirmed(study, address)
    return address


def server_address(study: Study, url: str | None = None) -> str | None:
    """The address that `connect` would talk to, or None where nothing names one and no server was made."""
    local = local_server.load()
    return _given(url) or study.settings.studio.url or (local.url if local else None)


def _given(url: str | None) -> str | None:
    return url or os.environ.get(URL) or os.environ.get(HOST)


def _refuse_unconfirmed(study: Study, address: str) -> None:
    place = origin(address)
    if place not in trusted():
        raise SettingsError(
            f"{study.settings_path}: studio: url names {address}, and {KEY} is sent to no address that only "
            "a file names; confirm it once: give it with --url, or "
            f"run `standpunkt studio trust {shlex.quote(place)}`"
        )


def _confirm(study: Study, url: str) -> None:
    """Remembers that the user has named the server that the study names."""
    named = study.settings.studio.url
    if named and url.rstrip("/") == named.rstrip("/") and origin(url) not in trusted():
        trust(url)
