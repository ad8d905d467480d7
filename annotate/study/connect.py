"""Which Label Studio, and with which token: flag, environment, study, then this machine's own."""

import os

from annotate.label_studio import local_server
from annotate.label_studio.client import Studio
from annotate.study.folder import Study
from annotate.study.identity import check_place
from schemas.errors import SettingsError

URL, HOST, KEY = "LABEL_STUDIO_URL", "LABEL_STUDIO_HOST", "LABEL_STUDIO_API_KEY"


def connect(study: Study, *, url: str | None = None) -> Studio:
    """The server that this study talks to.

    The address is ``url``, then ``LABEL_STUDIO_URL``, then ``LABEL_STUDIO_HOST``, then
    ``studio: url`` of study.yaml, each with the token in ``LABEL_STUDIO_API_KEY``; else the local
    server that ``standpunkt studio start`` keeps, with the token of its own.

    Raises
    ------
    SettingsError
        An address without a token, or nothing to talk to; names what to set. The folder is a copy of
        another study.
    """
    check_place(study)
    address = url or os.environ.get(URL) or os.environ.get(HOST) or study.settings.studio.url
    local = local_server.load()
    if address and not (local and address.rstrip("/") == local.url):
        key = os.environ.get(KEY)
        if not key:
            raise SettingsError(f"no token for {address}", variable=KEY)
        return Studio(address, key)
    if local is None or not local.token or not local_server.status().running:
        raise SettingsError(
            "no Label Studio: start one on this machine with `standpunkt studio start`, "
            f"or set {URL} and {KEY}"
        )
    return Studio(local.url, local.token)
