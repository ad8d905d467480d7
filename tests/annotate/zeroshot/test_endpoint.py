"""Asking an endpoint that falters, refuses, or does not know all that it is asked."""

import asyncio
import json
from typing import Any

import pytest

from annotate.zeroshot import endpoint as module
from annotate.zeroshot.cache import Reply
from annotate.zeroshot.endpoint import Endpoint, chat_address, is_local, retry_after, to_reply
from language_model import LanguageModel, Script, completion, language_model, spelled
from listeners import stranger
from schemas.errors import EndpointError, SettingsError

BODY = {
    "model": "m", "messages": [{"role": "user", "content": "x"}], "temperature": 0.0, "seed": 0, "max_tokens": 9,
    "logprobs": True, "top_logprobs": 5, "response_format": {"type": "json_schema", "json_schema": {"schema": {}}},
}  # fmt: skip


def asked(
    script: Script, *, times: int = 1, key: str | None = None, timeout: float = 20.0, delay: float = 0.0
) -> tuple[list[Reply | None], LanguageModel, Endpoint]:
    with language_model(script, delay=delay) as server:
        found = Endpoint(server.url, key, timeout=timeout, first_pause=0.01)

        async def run() -> list[Reply | None]:
            try:
                return [await found.ask(BODY) for _ in range(times)]
            finally:
                await found.close()

        return asyncio.run(run()), server, found


def then_ok(*first: dict[str, Any]) -> Script:
    return lambda body, n: first[n] if n < len(first) else "{}"


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 429, "body": {"error": {"message": "Rate limit reached", "type": "rate_limit_error"}}},
        {"status": 500, "body": {"error": {"code": 500, "message": "slot failed", "type": "server_error"}}},
        {"status": 503, "body": {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}},
        {"status": 502, "body": b"<html>Bad Gateway</html>"},
        {"cut": True, "body": completion('{"voice": "author"}')},
        {"body": b'{"choices": [{"mess'},
        {"body": {"object": "chat.completion", "choices": []}},
        {"body": b"<html>an intranet's front page</html>"},
    ],
)  # fmt: skip
def test_what_passes_is_asked_again(trouble: dict[str, Any]) -> None:
    replies, server, found = asked(then_ok(trouble, trouble))
    assert [reply and reply.content for reply in replies] == ["{}"]
    assert found.sent == len(server.requests) == 3
    assert found.left_out == []


def test_an_endpoint_is_left_alone_as_long_as_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float, *more: Any) -> None:
        waited.append(seconds)
        await sleep(min(seconds, 0.01))

    monkeypatch.setattr(module.asyncio, "sleep", noted)
    monkeypatch.setattr(module, "MOST_ASKED_TO_WAIT", 0.2)
    _, server, _ = asked(then_ok({"status": 429, "headers": {"Retry-After": "7"}, "body": {"error": "busy"}}))
    assert max(waited) == pytest.approx(0.2)
    assert len(server.requests) == 2


def test_retry_after_is_a_number_or_a_date() -> None:
    assert retry_after({"Retry-After": "3"}) == 3
    assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert retry_after({"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}) == module.MOST_ASKED_TO_WAIT
    assert [retry_after({"Retry-After": text}) for text in ("soon", "nan", "-5", "")] == [0, 0, 0, 0]


def test_an_endpoint_that_stays_down_is_an_error_with_its_words() -> None:
    with pytest.raises(EndpointError, match=r"\(500\): out of memory"):
        asked(lambda body, n: {"status": 500, "body": {"error": "out of memory"}})


def test_an_answer_that_takes_too_long_is_asked_for_twice_and_no_more() -> None:
    with pytest.raises(EndpointError, match=r"no answer within 0\.2 s"):
        asked(lambda body, n: "{}", timeout=0.2, delay=1.0)


def test_nobody_there_is_said_at_once() -> None:
    found = Endpoint("http://127.0.0.1:9", None)
    with pytest.raises(EndpointError, match="is it running"):
        asyncio.run(found.ask(BODY))
    assert found.sent == 1


@pytest.mark.parametrize(
    ("words", "status", "field"),
    [
        ("response_format type must be one of text or json_object, but got: json_schema", 400, "response_format"),
        ("'response_format.type' : value is not one of the allowed values ['text','json_object']", 422, "response_format"),
        ('response_format type must be one of "text" or "json_object", but got: json_schema', 500, "response_format"),
        ("logprobs is not supported with this model", 400, "logprobs"),
        ("[{'type': 'extra_forbidden', 'loc': ('body', 'seed')}]", 422, "seed"),
        ("Unsupported value: 'temperature' does not support 0.0 with this model.", 400, "temperature"),
    ],
)  # fmt: skip
def test_what_an_endpoint_does_not_know_is_left_out_from_then_on(words: str, status: int, field: str) -> None:
    def script(body: dict[str, Any], n: int) -> Any:
        return {"status": status, "body": {"error": {"message": words}}} if field in body else "{}"

    replies, server, found = asked(script, times=3)
    assert len(replies) == 3
    assert found.left_out == [field]
    assert len(server.requests) == 4


def test_a_refusal_without_reasons_leaves_out_the_format_and_then_the_probabilities() -> None:
    def script(body: dict[str, Any], n: int) -> Any:
        return (
            {"status": 400, "body": b"Bad Request"}
            if "logprobs" in body or "response_format" in body
            else "{}"
        )

    _, server, found = asked(script)
    assert found.left_out == ["response_format", "logprobs"]
    assert "top_logprobs" not in server.bodies[-1]


def test_the_newer_name_of_the_limit_is_used_where_it_is_asked_for() -> None:
    def script(body: dict[str, Any], n: int) -> Any:
        words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        return {"status": 400, "body": {"error": {"message": words}}} if "max_tokens" in body else "{}"

    _, server, _ = asked(script)
    assert server.bodies[-1]["max_completion_tokens"] == 9


def test_a_question_that_is_too_long_changes_nothing_for_the_others() -> None:
    words = "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens"
    with pytest.raises(EndpointError, match="maximum context length"):
        asked(lambda body, n: {"status": 400, "body": {"error": {"message": words}}})


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_never_shown(status: int) -> None:
    key = "sk-geheim-4711"
    with pytest.raises(EndpointError) as caught:
        asked(
            lambda body, n: {"status": status, "body": {"error": {"message": f"Incorrect API key: {key}"}}},
            key=key,
        )
    assert key not in str(caught.value)
    assert "STANDPUNKT_LLM_KEY was sent" in str(caught.value)


def test_the_key_is_a_bearer_token_and_in_no_repr() -> None:
    _, server, found = asked(lambda body, n: "{}", key="sk-1")
    assert server.requests[0][1]["authorization"] == "Bearer sk-1"
    assert "sk-1" not in repr(found)
    assert server.requests[0][0] == "/v1/chat/completions"


def test_a_key_with_a_line_break_is_refused() -> None:
    with pytest.raises(SettingsError, match="STANDPUNKT_LLM_KEY"):
        Endpoint("http://127.0.0.1", "a\r\nHost: b")


def test_texts_are_not_sent_on_to_another_address() -> None:
    with stranger() as other:
        there = {"status": 307, "headers": {"Location": f"{other.url}/v1/chat/completions"}, "body": b""}
        with pytest.raises(EndpointError, match="nothing was sent there"):
            asked(lambda body, n: there)
        assert other.received == b""


def test_no_proxy_of_the_environment_gets_the_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    with stranger() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        asked(lambda body, n: "{}")
        assert proxy.received == b""


@pytest.mark.parametrize(
    "url", ["ftp://x", "localhost:8000", "", "http://", "http://anna:geheim@x/v1", "http://x/v1?key=1"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="--endpoint") as caught:
        chat_address(url)
    assert "geheim" not in str(caught.value)


def test_this_machine_is_told_from_others() -> None:
    local = ["http://127.0.0.1:1/v1", "http://localhost", "http://[::1]:8", "http://127.9.9.9"]
    assert all(is_local(url) for url in local)
    assert not any(
        is_local(url) for url in ("http://10.0.0.1", "https://localhost.example", "http://127.0.0.1.nip.io")
    )


def test_tokens_are_kept_where_they_spell_the_answer() -> None:
    tokens = [{"token": "```json\n", "logprob": -1}, *spelled('{"a": 1}'), {"token": "<|eot|>", "logprob": 0}]
    reply = to_reply(json.dumps(completion('{"a": 1}', tokens=tokens)).encode())
    assert reply is not None
    assert "".join(token.text for token in reply.tokens) == '{"a": 1}'


@pytest.mark.parametrize("tokens", [[], [{"token": "anders", "logprob": -1}], "strange", [{"token": 1}]])
def test_tokens_that_spell_something_else_are_left(tokens: Any) -> None:
    body = completion('{"a": 1}')
    body["choices"][0]["logprobs"] = {"content": tokens}
    reply = to_reply(json.dumps(body).encode())
    assert reply is not None
    assert reply.tokens == []


def test_a_refusal_is_told_from_an_answer() -> None:
    said = [
        completion(None, refusal="I cannot help."),
        completion("", end="content_filter"),
        completion("{}"),
    ]
    found = [to_reply(json.dumps(body).encode()) for body in said]
    assert [reply and reply.refusal for reply in found] == [True, True, False]


_SPELLED = [("{", -0.1), ('"a"', -0.2), (": 1", -0.3), ("}", -0.1)]
#: The same answer as the documentation of each server shows one: what differs is what stands around it.
SHAPES: dict[str, dict[str, Any]] = {
    "ollama": {
        "id": "chatcmpl-71", "object": "chat.completion", "created": 1730000000, "model": "qwen3:8b",
        "system_fingerprint": "fp_ollama",
        "choices": [{
            "index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": '{"a": 1}', "reasoning": "The sentence is short."},
        }],
        "usage": {"prompt_tokens": 900, "completion_tokens": 4, "total_tokens": 904},
    },
    "vllm": {
        "id": "chatcmpl-4f", "object": "chat.completion", "created": 1730000000, "model": "Qwen/Qwen3-8B",
        "choices": [{
            "index": 0, "finish_reason": "stop", "stop_reason": None, "token_ids": None,
            "message": {
                "role": "assistant", "content": '{"a": 1}', "reasoning_content": None, "refusal": None,
                "tool_calls": [], "annotations": None, "audio": None, "function_call": None,
            },
            "logprobs": {"content": [
                {"token": token, "logprob": p, "bytes": list(token.encode()),
                 "top_logprobs": [{"token": token, "logprob": p, "bytes": list(token.encode())}]}
                for token, p in [*_SPELLED, ("", -0.01)]
            ]},
        }],
        "usage": {
            "prompt_tokens": 900, "completion_tokens": 4, "total_tokens": 904, "prompt_tokens_details": None,
        },
        "service_tier": None, "system_fingerprint": None, "prompt_logprobs": None, "kv_transfer_params": None,
    },
    "llama.cpp": {
        "id": "chatcmpl-zX", "object": "chat.completion", "created": 1730000000, "model": "model.gguf",
        "system_fingerprint": "b4100-abc",
        "choices": [{
            "index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": '{"a": 1}'},
            "logprobs": {"content": [
                {"id": n, "token": token, "logprob": p, "bytes": list(token.encode()),
                 "top_logprobs": [{"id": n, "token": token, "logprob": p, "bytes": list(token.encode())}]}
                for n, (token, p) in enumerate(_SPELLED)
            ]},
        }],
        "usage": {"prompt_tokens": 900, "completion_tokens": 4, "total_tokens": 904},
        "timings": {"prompt_n": 900, "prompt_ms": 30.1, "predicted_n": 4, "predicted_ms": 44.0},
    },
}  # fmt: skip


@pytest.mark.parametrize("program", SHAPES)
def test_answers_of_three_servers_are_read_alike(program: str) -> None:
    reply = to_reply(json.dumps(SHAPES[program]).encode())
    assert reply is not None
    assert (reply.content, reply.end, reply.refusal) == ('{"a": 1}', "stop", False)
    assert (reply.prompt_tokens, reply.answer_tokens) == (900, 4)
    spelled_out = "" if program == "ollama" else '{"a": 1}'
    assert "".join(token.text for token in reply.tokens) == spelled_out
