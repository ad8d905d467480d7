"""The only module that talks to a language model: an endpoint with OpenAI's chat completions.

Texts go to the address that was given and nowhere else: no redirect is followed, and no proxy of the
environment is used. The key stands in one header and in nothing that is shown or kept.
"""

import asyncio
import contextlib
import ipaddress
import random
import re
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec

from annotate.zeroshot.cache import Reply
from annotate.zeroshot.scores import Token
from schemas.errors import EndpointError, SettingsError

KEY = "STANDPUNKT_LLM_KEY"
#: Ollama on this machine.
DEFAULT = "http://127.0.0.1:11434/v1"
TRIES = 8  # with the pauses below a minute: a server that restarts, or loads its model
SLOW_TRIES = 2  # of answers that took all the time there is
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds
MOST_ASKED_TO_WAIT = 600.0  # seconds of Retry-After that are kept to
MOST_BYTES = 32 * 2**20  # of an answer

#: What an endpoint may not know, in the order in which it is left out: field → the fields that go with it.
OPTIONAL = {
    "response_format": ("response_format",),
    "logprobs": ("logprobs", "top_logprobs"),
    "seed": ("seed",),
    "temperature": ("temperature",),
}


#: What servers say where a question does not fit into the model: to leave something out would not help.
_TOO_LONG = re.compile(r"context (size|length|window)|too (long|large)")


def chat_address(url: str) -> str:
    """The address of chat completions: ``…/v1`` may be left out, and a full address is taken as it is.

    >>> chat_address("http://127.0.0.1:11434"), chat_address("https://llm.uni.example/api/v1/")
    ('http://127.0.0.1:11434/v1/chat/completions', 'https://llm.uni.example/api/v1/chat/completions')
    """
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise SettingsError(f'"{url}" is not an address ({error})', flag="--endpoint") from error
    if parts.userinfo or parts.query:
        raise SettingsError(
            f"the address on {parts.host} holds a login or a query; leave it off, the key stands in {KEY}",
            flag="--endpoint",
        )
    if parts.scheme not in ("http", "https") or not parts.host:
        raise SettingsError(
            f'"{url}" is not an address; expected http://… or https://…, such as {DEFAULT}', flag="--endpoint"
        )
    path = parts.path.rstrip("/")
    if path.endswith("/chat/completions"):
        return url
    return str(parts.copy_with(path=f"{path or '/v1'}/chat/completions"))


def is_local(url: str) -> bool:
    """Whether an address is this machine's own."""
    host = httpx.URL(url).host
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Endpoint:
    """A language model at an address.

    Parameters
    ----------
    key
        Sent as a bearer token; None: no header.
    first_pause
        Seconds before the first repetition; each further one waits twice as long.
    """

    def __init__(
        self, url: str, key: str | None, *, timeout: float = 300.0, first_pause: float = FIRST_PAUSE
    ) -> None:
        self.url = chat_address(url)
        if key is not None and (not key.isascii() or not key.isprintable() or not key.strip()):
            raise SettingsError("the key has signs that no header may have", variable=KEY)
        self._key = key.strip() if key else None
        self._timeout, self._first_pause = timeout, first_pause
        self._timeouts = httpx.Timeout(timeout, connect=min(timeout, 20.0)).as_dict()
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            self._headers["Authorization"] = f"Bearer {self._key}"
        self._free: list[httpx.AsyncHTTPTransport] = []
        self._tls: Any = None
        self._left_out: list[str] = []
        self._has_answered = False
        self._not_before = 0.0
        self.sent = 0
        self.say: Callable[[str], None] = lambda words: None

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r})"

    @property
    def left_out(self) -> list[str]:
        """What the endpoint did not take, in the order in which it was left out."""
        return list(self._left_out)

    async def ask(self, body: Mapping[str, Any], may_send: Callable[[], bool] = lambda: True) -> Reply | None:
        """The answer to a request; None where no more may be sent.

        Raises
        ------
        EndpointError
            The endpoint says no, or gave no whole answer after `TRIES`.
        """
        tries, slow = 0, 0
        while True:
            await self._until_free()
            if not may_send():
                return None
            were_left_out = len(self._left_out)
            try:
                reply = await self._attempt(body)
                self._has_answered = True
                return reply
            except EndpointError as problem:
                if self._leaves_out(problem, were_left_out):
                    continue
                is_slow = isinstance(problem.__cause__, httpx.TimeoutException)
                tries, slow = tries + 1, slow + is_slow
                never_there = isinstance(problem.__cause__, httpx.ConnectError) and not self._has_answered
                if not problem.is_passing or never_there or tries >= TRIES or slow >= SLOW_TRIES:
                    raise
                self.say(f"{problem.words}; asking again ({tries})")
                await self._pause(tries, problem.retry_after)

    async def _attempt(self, body: Mapping[str, Any]) -> Reply:
        self.sent += 1
        try:
            status, headers, data = await self._post(self._with_known(body))
        except httpx.TimeoutException as error:
            raise EndpointError(self.url, f"no answer within {self._timeout:g} s") from error
        except httpx.ConnectError as error:
            raise EndpointError(self.url, f"{self._without_key(str(error))}; is it running?") from error
        except httpx.HTTPError as error:
            raise EndpointError(self.url, self._without_key(str(error) or type(error).__name__)) from error
        if status != 200:
            raise self._refusal(status, headers, data)
        reply = to_reply(data)
        if reply is None:
            raise EndpointError(self.url, "the answer broke off, or is no chat completion")
        return reply

    async def _pause(self, tries: int, asked: float) -> None:
        backoff = min(self._first_pause * 2 ** (tries - 1), LONGEST_PAUSE) * random.uniform(0.8, 1.2)
        if asked:
            self._not_before = max(self._not_before, time.monotonic() + asked)  # the others wait too
        await asyncio.sleep(max(backoff, asked))

    async def close(self) -> None:
        for transport in self._free:
            await transport.aclose()
        self._free.clear()

    async def _until_free(self) -> None:
        while (wait := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(wait)

    async def _post(self, body: Mapping[str, Any]) -> tuple[int, httpx.Headers, bytes]:
        # a transport with one connection each: httpx's pool looks through all of them at every request; and
        # no client above it, whose redirects, cookies and logins are not wanted and take a fifth of the time
        transport = self._free.pop() if self._free else self._transport()
        request = httpx.Request(
            "POST", self.url, headers=self._headers, content=msgspec.json.encode(body),
            extensions={"timeout": self._timeouts},
        )  # fmt: skip
        try:
            answer = await transport.handle_async_request(request)
            try:
                data = bytearray()
                async for part in answer.aiter_bytes():
                    data += part
                    if len(data) > MOST_BYTES:
                        raise EndpointError(self.url, f"the answer is longer than {MOST_BYTES >> 20} MB")
            finally:
                await answer.aclose()
            return answer.status_code, answer.headers, bytes(data)
        finally:
            self._free.append(transport)

    def _transport(self) -> httpx.AsyncHTTPTransport:
        if self._tls is None:  # one for all: each takes as long as dozens of requests
            self._tls = httpx.create_ssl_context() if self.url.startswith("https") else False
        return httpx.AsyncHTTPTransport(
            verify=self._tls, trust_env=False,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        )  # fmt: skip

    def _with_known(self, body: Mapping[str, Any]) -> dict[str, Any]:
        gone = {field for name in self._left_out for field in OPTIONAL.get(name, ())}
        known = {name: value for name, value in body.items() if name not in gone}
        if "max_tokens" in self._left_out:  # what OpenAI's own newer models call it
            known["max_completion_tokens"] = known.pop("max_tokens")
        return known

    def _leaves_out(self, problem: EndpointError, were: int) -> bool:
        """Whether to ask again without a field that the endpoint does not know."""
        if problem.status not in (400, 422, 500, 501) or self._has_answered:
            return False
        if were < len(self._left_out):  # another request has found out meanwhile
            return True
        words = problem.words.lower()
        if _TOO_LONG.search(words):
            return False
        left = [name for name in (*OPTIONAL, "max_tokens") if name not in self._left_out]
        named = [name for name in left if name in words or (name == "response_format" and "schema" in words)]
        if problem.status >= 500 and not named:
            return False
        choice = named or [name for name in left if name in ("response_format", "logprobs")]
        if not choice:
            return False
        self._left_out.append(choice[0])
        return True

    def _refusal(self, status: int, headers: httpx.Headers, data: bytes) -> EndpointError:
        if 300 <= status < 400:
            there = headers.get("Location", "another address")
            words = f"it sends on to {there}; nothing was sent there; name the right address with --endpoint"
            return EndpointError(self.url, self._without_key(words), status=status)
        words = self._without_key(server_words(data))
        if status in (401, 403):
            words += f" ({KEY} {'was sent' if self._key else 'is not set'})"
        return EndpointError(self.url, words, status=status, retry_after=retry_after(headers))

    def _without_key(self, words: str) -> str:
        return words.replace(self._key, "***") if self._key else words


class _TopToken(msgspec.Struct, gc=False):
    token: str
    logprob: float


class _Token(msgspec.Struct, gc=False):
    token: str
    logprob: float
    top_logprobs: list[_TopToken] | None = None


class _Logprobs(msgspec.Struct):
    content: list[_Token] | None = None


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


class _Strange(_Choice):
    logprobs: Any = None


class _StrangeCompletion(_Completion):
    choices: list[_Strange]  # type: ignore[assignment]


_decode = msgspec.json.Decoder(_Completion).decode
_decode_strange = msgspec.json.Decoder(_StrangeCompletion).decode


def to_reply(data: bytes) -> Reply | None:
    """The answer in a chat completion; None where it is none, or broke off."""
    completion = _completion(data)
    if completion is None or not completion.choices:
        return None
    choice, usage = completion.choices[0], completion.usage or _Usage()
    content = choice.message.content or ""
    return Reply(
        content=content,
        end=choice.finish_reason or "stop",
        refusal=choice.message.refusal is not None or choice.finish_reason == "content_filter",
        prompt_tokens=usage.prompt_tokens,
        answer_tokens=usage.completion_tokens,
        tokens=_tokens(choice.logprobs, content),
    )


def _completion(data: bytes) -> _Completion | None:
    try:
        return _decode(data)
    except msgspec.ValidationError:
        with contextlib.suppress(msgspec.DecodeError):  # an answer whose probabilities have another form
            return _decode_strange(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    return None


def _tokens(logprobs: Any, content: str) -> list[Token]:
    """The tokens of an answer with their probabilities; empty where they do not spell it."""
    given = logprobs.content if isinstance(logprobs, _Logprobs) else None
    found = [
        Token(
            text=one.token,
            logprob=one.logprob,
            others=[(other.token, other.logprob) for other in one.top_logprobs or ()],
        )
        for one in given or ()
    ]
    # the mark of the end, and a thought before the answer, may be among them
    text = "".join(token.text for token in found)
    if not content or content not in text:
        return []
    place, start = 0, text.rindex(content)
    kept = []
    for token in found:
        if start <= place and place + len(token.text) <= start + len(content):
            kept.append(token)
        place += len(token.text)
    return kept if "".join(token.text for token in kept) == content else []


def server_words(data: bytes) -> str:
    """What an endpoint says of an error, in the shapes of OpenAI, vLLM, llama.cpp and Ollama."""
    try:
        body = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        body = None
    found: Any = body
    if isinstance(body, dict):
        found = body.get("error", body.get("message", body.get("detail")))
        if isinstance(found, dict):
            found = found.get("message", found)
    words = found if isinstance(found, str) else data[:300].decode("utf-8", "replace")
    return " ".join(words.split())[:300] or "no words"


def retry_after(headers: Mapping[str, str]) -> float:
    """The seconds of ``Retry-After``, a number or a date; 0 where there is none."""
    value = headers.get("Retry-After", "").strip()
    if not value:
        return 0.0
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return 0.0
    return min(max(seconds, 0.0), MOST_ASKED_TO_WAIT) if seconds == seconds else 0.0
