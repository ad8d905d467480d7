"""Both kinds of token, and an access token that ends between two requests."""

from collections.abc import Callable

import httpx
import pytest

from annotate.label_studio.auth import TokenAuth, jwt_expiry
from schemas.errors import StudioError

JWT = "head.body.sign"
Answer = Callable[[httpx.Request], httpx.Response]


def asked(key: str, answers: Answer) -> httpx.Client:
    return httpx.Client(
        base_url="http://studio", auth=TokenAuth("http://studio", key), transport=httpx.MockTransport(answers)
    )


def server(ended: set[str]) -> tuple[Answer, list[str]]:
    """Gives out the tokens a1, a2, …, and refuses those that have ended."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/token/refresh":
            seen.append("refresh")
            return httpx.Response(200, json={"access": f"a{seen.count('refresh')}"})
        token = request.headers["Authorization"].removeprefix("Bearer ")
        seen.append(token)
        return httpx.Response(401 if token in ended else 200, json={})

    return answer, seen


def test_a_legacy_token_is_sent_as_it_is() -> None:
    answer, seen = server(set())
    assert asked("0123456789", answer).get("/x").status_code == 200
    assert seen == ["Token 0123456789"]


def test_an_access_token_is_used_again_until_it_ends() -> None:
    answer, seen = server(set())
    client = asked(JWT, answer)
    client.get("/x")
    client.get("/y")
    assert seen == ["refresh", "a1", "a1"]


def test_a_token_that_ended_on_the_way_is_exchanged_and_the_request_repeated() -> None:
    ended: set[str] = set()
    answer, seen = server(ended)
    client = asked(JWT, answer)
    client.get("/x")
    ended.add("a1")
    assert client.post("/y", json={}).status_code == 200
    assert seen == ["refresh", "a1", "a1", "refresh", "a2"]


def test_a_fresh_token_that_is_refused_is_not_asked_for_again() -> None:
    answer, seen = server({"a1"})
    assert asked(JWT, answer).get("/x").status_code == 401
    assert seen == ["refresh", "a1"]


def test_a_token_that_the_server_does_not_know_is_said_so() -> None:
    client = asked(JWT, lambda _: httpx.Response(401, json={"detail": "Token is invalid"}))
    with pytest.raises(StudioError, match="token is not accepted"):
        client.get("/x")


def test_a_large_answer_is_not_read_before_it_is_asked_for() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/token/refresh":
            return httpx.Response(200, json={"access": "a1"})
        return httpx.Response(200, content=iter([b"[", b"]"]))

    with asked(JWT, answer).stream("GET", "/export") as got:
        assert not got.is_stream_consumed
        assert b"".join(got.iter_bytes()) == b"[]"


@pytest.mark.parametrize(
    ("key", "expiry"), [("0123456789abcdef", None), ("a.b.c", None), ("e30.eyJleHAiOjEyM30.x", 123.0)]
)
def test_the_expiry_is_read_from_the_token(key: str, expiry: float | None) -> None:
    assert jwt_expiry(key) == expiry
