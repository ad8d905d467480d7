"""Somebody with an account of their own on the tests' Label Studio."""

import secrets

from annotate.label_studio import accounts
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio


class Person:
    """Somebody with an account of their own."""

    def __init__(self, server: LocalStudio, studio: Studio) -> None:
        self.email, password = f"p-{secrets.token_hex(4)}@x.example", secrets.token_urlsafe(12)
        accounts.sign_up(studio.invite_link(), self.email, password)
        self.studio = Studio(server.url, accounts.make_token(server.url, self.email, password))
        self.user = self.studio.owner().id
