"""A server of the tests' own that behaves as endpoints of language models do.

The shapes of its answers are those of the API documentation of Ollama, vLLM and the server of llama.cpp. What it
answers to a question is decided by the sentence alone, or by what a test hands in.
"""

import asyncio
import contextlib
import hashlib
import json
import math
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Answer = dict[str, Any]  # status, headers, body: what is sent instead of a completion
#: Given the request's body and its number, counted from 0: words of an answer, or a whole answer, or None.
Script = Callable[[dict[str, Any], int], "str | Answer | None"]


def completion(
    content: str | None, *, end: str = "stop", tokens: list[dict[str, Any]] | None = None, **message: Any
) -> dict[str, Any]:
    """A chat completion as all three servers send it."""
    choice: dict[str, Any] = {
        "index": 0,
        "message": {"role": "assistant", "content": content, **message},
        "finish_reason": end,
    }
    if tokens is not None:
        choice["logprobs"] = {"content": tokens}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": {"prompt_tokens": 900, "completion_tokens": 40, "total_tokens": 940},
    }


def schema_of(body: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON schema that a request asks for."""
    found: dict[str, Any] | None = (body.get("response_format") or {}).get("json_schema", {}).get("schema")
    return found


def sentences_of(body: dict[str, Any]) -> list[str]:
    """The sentences that a request asks about."""
    return re.findall(r"<satz[^>]*>(.*?)</satz>", asked_of(body), re.DOTALL)


def asked_of(body: dict[str, Any]) -> str:
    """The last question of a request that holds a text."""
    return next(m["content"] for m in reversed(body["messages"]) if "<beitrag>" in m["content"])


def answer_for(schema: dict[str, Any], seed: str) -> Any:
    """A value of a schema, decided by the seed."""
    number = int(hashlib.sha256(seed.encode()).hexdigest()[:8], 16)
    if "enum" in schema:
        return schema["enum"][number % len(schema["enum"])]
    if schema["type"] == "integer":
        return number % 1000
    if schema["type"] == "array":
        return [answer_for(schema["items"], seed)]
    return {name: answer_for(part, seed + name) for name, part in schema["properties"].items()}


def good_answer(body: dict[str, Any]) -> Any:
    """What a model that holds to the schema says; the same sentence gets the same answer."""
    schema = schema_of(body)
    assert schema is not None
    if "sentences" not in schema["properties"]:
        return answer_for(schema, sentences_of(body)[0])
    items = schema["properties"]["sentences"]["items"]
    numbers = [int(n) for n in re.findall(r'<satz n="(\d+)">', asked_of(body))]
    first, last = (int(n) for n in re.findall(r"\d+", asked_of(body).rpartition("\n")[2])[:2])
    texts = dict(zip(numbers, sentences_of(body), strict=True))
    return {"sentences": [{**answer_for(items, texts[n]), "n": n} for n in range(first, last + 1)]}


def spelled(content: str, sure: float = 0.8) -> list[dict[str, Any]]:
    """The tokens of an answer, words and signs, each as sure as that."""
    rest = math.log(1 - sure)
    return [
        {
            "token": text,
            "logprob": math.log(sure),
            "bytes": list(text.encode()),
            "top_logprobs": [
                {"token": text, "logprob": math.log(sure), "bytes": []},
                {"token": "other", "logprob": rest, "bytes": []},
            ],
        }
        for text in re.findall(r"\w+|\W", content)
    ]


class LanguageModel:
    """A running endpoint: its address, and every request it got (path, headers, body)."""

    def __init__(self, script: Script | None, *, tokens: bool, delay: float) -> None:
        self.script, self.tokens, self.delay = script, tokens, delay
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.url = ""
        self.at_once = self.most_at_once = 0
        self._ready: dict[str, bytes] = {}

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [body for _, _, body in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").split("\r\n")
                headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines if line)}
                data = await reader.readexactly(int(headers.get("content-length", 0)))
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                if self.delay:
                    await asyncio.sleep(self.delay)
                whole = self._answer(first.split()[1], headers, json.loads(data))
                self.at_once -= 1
                writer.write(whole[0])
                await writer.drain()
                if not whole[1]:
                    break
        writer.close()

    def _answer(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[bytes, bool]:
        number = len(self.requests)
        self.requests.append((path, headers, body))
        said = self.script(body, number) if self.script else None
        if said is None:
            said = json.dumps(good_answer(body))
        if isinstance(said, str):
            spell = self.tokens and body.get("logprobs")
            said = {"body": completion(said, tokens=spelled(said) if spell else None)}
        content = said.get("body", {})
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        more = "".join(f"{name}: {value}\r\n" for name, value in said.get("headers", {}).items())
        head = f"HTTP/1.1 {said.get('status', 200)} X\r\nContent-Type: application/json\r\n{more}"
        whole = f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data
        if said.get("cut"):  # the connection ends within the body
            return whole[: -len(data) // 2], False
        return whole, True


@contextmanager
def language_model(
    script: Script | None = None, *, tokens: bool = False, delay: float = 0.0
) -> Iterator[LanguageModel]:
    """An endpoint on a port of 127.0.0.1; without a script it answers as the schema asks."""
    found = LanguageModel(script, tokens=tokens, delay=delay)
    loop = asyncio.new_event_loop()
    started = threading.Event()

    async def run() -> None:
        server = await asyncio.start_server(found.serve, "127.0.0.1", 0, limit=2**26)
        found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        started.set()

    def main() -> None:
        loop.run_until_complete(run())
        loop.run_forever()

    thread = threading.Thread(target=main, daemon=True)
    thread.start()
    started.wait(10)
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
