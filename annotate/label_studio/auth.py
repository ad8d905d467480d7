"""Signing in to Label Studio's API with either kind of token.

A legacy token is sent as it is. A personal access token is exchanged for one that lives 300
seconds; the SDK's own exchange looks at whole seconds on this machine's clock, so that about once
in an hour of steady work a request arrives with a token that has just ended. Here the server's 401
is the sign to exchange once more and ask again: what was refused was not done.
"""

import base64
import binascii
import json
import threading
import time
from collections.abc import Generator

import httpx

from schemas.errors import StudioError

ACCESS_SECONDS = 200.0  # an access token lives 300


class TokenAuth(httpx.Auth):
    """Puts the token on every request of a client, whatever the SDK has put there."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url, key
        self._access, self._until = "", 0.0
        self._lock = threading.Lock()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """One request, and a second with a fresh access token where the first was refused."""
        if self._key.count(".") != 2:  # a legacy token is no JWT
            request.headers["Authorization"] = f"Token {self._key}"
            yield request
            return
        fresh = time.monotonic() >= self._until
        if fresh:
            yield from self._exchange()
        request.headers["Authorization"] = f"Bearer {self._access}"
        answer = yield request
        if answer.status_code == 401 and not fresh:
            answer.read()
            yield from self._exchange()
            request.headers["Authorization"] = f"Bearer {self._access}"
            yield request

    def _exchange(self) -> Generator[httpx.Request, httpx.Response, None]:
        with self._lock:
            refresh = httpx.Request("POST", f"{self._url}/api/token/refresh", json={"refresh": self._key})
            answer = yield refresh
            answer.read()
            if answer.is_error:
                words = (
                    "the token is not accepted" if answer.status_code < 500 else "the server does not answer"
                )
                raise StudioError("signing in", words, status=answer.status_code)
            try:
                access = answer.json()["access"]
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise StudioError("signing in", "the answer holds no access token") from error
            if not isinstance(access, str) or not access.isascii():
                raise StudioError("signing in", "the answer holds no access token")
            self._access = access
            self._until = time.monotonic() + ACCESS_SECONDS


def jwt_expiry(key: str) -> float | None:
    """When a personal access token ends, in seconds since 1970; None for another kind of token."""
    parts = key.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    expiry = claims.get("exp") if isinstance(claims, dict) else None
    return float(expiry) if isinstance(expiry, int | float) else None
