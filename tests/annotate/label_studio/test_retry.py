"""Waiting for a server: what is repeated, for how long, and what never is. Time is not waited for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from annotate.label_studio import accounts, retry
from annotate.label_studio.auth import TokenAuth
from annotate.label_studio.client import Studio
from annotate.label_studio.retry import RetryingClient, send_exactly_once
from listeners import answering, stranger
from schemas.errors import StandpunktError, StudioError

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been slept; the clock moves with them."""
    found: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", found.append)
    monkeypatch.setattr("time.monotonic", lambda: 1000.0 + sum(found))
    return found


def client(answers: Iterator[object]) -> tuple[RetryingClient, list[str]]:
    """A client of a server that gives these answers: a status, or what is raised."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path}")
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, httpx.Response) else httpx.Response(int(str(found)))

    made = RetryingClient(TokenAuth("http://studio", "0123456789"), 5.0)
    made._transport = httpx.MockTransport(answer)
    return made, asked


REFUSED = httpx.ConnectError("refused")
CUT = httpx.RemoteProtocolError("cut off")


@pytest.mark.parametrize("first", [500, 502, 429, 408, CUT, httpx.ReadError("reset")])
def test_what_may_be_repeated_is_asked_again(first: object) -> None:
    made, asked = client(iter([first, 200]))
    assert made.get("http://studio/api/tasks/").status_code == 200
    assert len(asked) == 2


@pytest.mark.parametrize("first", [200, 400, 401, 404])
def test_an_answer_is_an_answer(first: int) -> None:
    made, asked = client(iter([first]))
    assert made.get("http://studio/api/tasks/").status_code == first
    assert len(asked) == 1


def test_what_creates_is_asked_once() -> None:
    for first in (502, CUT):
        made, asked = client(iter([first, 200]))
        try:
            assert made.post("http://studio/api/projects/1/import").status_code == 502
        except httpx.TransportError:
            assert first is CUT
        assert len(asked) == 1


def test_a_token_is_exchanged_again_and_actions_are_repeated() -> None:
    for path in ("/api/token/refresh", "/api/dm/actions", "/api/projects/1/summary/reset/"):
        made, asked = client(iter([502, 200]))
        assert made.post(f"http://studio{path}").status_code == 200
        assert len(asked) == 2


def test_a_server_that_never_answered_is_not_waited_for(slept: list[float]) -> None:
    made, asked = client(iter([REFUSED, 200]))
    with pytest.raises(httpx.ConnectError):
        made.get("http://studio/")
    assert (len(asked), slept) == (1, [])


def test_a_server_that_has_answered_is_waited_for_and_named(slept: list[float]) -> None:
    made, _ = client(iter([200, *[REFUSED] * 12, 200]))
    waits: list[str] = []
    made.progress = lambda what, *_: waits.append(what)
    made.get("http://studio/")
    assert made.get("http://studio/").status_code == 200
    assert len(waits) == len(slept) == 12
    assert "does not answer" in waits[0]


def test_patience_ends(slept: list[float]) -> None:
    made, _ = client(iter([200, *[REFUSED] * 1000]))
    made.get("http://studio/")
    with pytest.raises(httpx.ConnectError):
        made.get("http://studio/")
    assert retry.RETRY_SECONDS <= sum(slept) <= retry.RETRY_SECONDS + 5


def test_a_server_may_say_when_to_come_again(slept: list[float]) -> None:
    made, _ = client(iter([httpx.Response(429, headers={"Retry-After": "7"}), 200]))
    made.get("http://studio/")
    assert slept == [7.0]


def test_a_lost_answer_is_looked_for_before_the_rest_is_sent() -> None:
    there: list[int] = []
    calls: list[list[int]] = []

    def send(rows: list[int]) -> None:
        calls.append(rows)
        there.extend(rows[:2] if len(calls) == 1 else rows)
        if len(calls) == 1:
            raise StudioError("importing", "cut off")

    assert send_exactly_once(send, [1, 2, 3], lambda sent: [row for row in sent if row not in there]) is True
    assert calls == [[1, 2, 3], [3]]
    assert there == [1, 2, 3]


def test_every_chunk_is_sent_whether_or_not_there_was_doubt() -> None:
    calls: list[list[int]] = []

    def send(rows: list[int]) -> None:
        calls.append(rows)
        if len(calls) == 1:
            raise StudioError("importing", "busy", status=502)

    assert send_exactly_once(send, [1, 2, 3, 4, 5], lambda sent: sent, chunk=2) is True
    assert calls == [[1, 2], [1, 2], [3, 4], [5]]
    assert send_exactly_once(lambda rows: None, [1, 2, 3], lambda sent: sent, chunk=2) is False


def test_a_no_is_not_repeated() -> None:
    def send(rows: list[int]) -> None:
        raise StudioError("importing", "no", status=400)

    with pytest.raises(StudioError, match="no"):
        send_exactly_once(send, [1], lambda sent: sent)


WHOLE = b'[{"id":1,"annotations":[{"id":2}]},{"id":3,"annotations":[]}]\n'
#: What Label Studio gives where another export emptied the file under it; the last ends as a whole one does.
TORN = [b"", WHOLE[:-2], WHOLE[: WHOLE.index(b"}]") + 2]]


@pytest.mark.parametrize("torn", TORN)
def test_a_torn_export_is_asked_for_again(torn: bytes, tmp_path: Path) -> None:
    studio = Studio("http://studio", "0123456789")
    studio._http, asked = client(httpx.Response(200, content=body) for body in (torn, WHOLE) * 2)
    assert studio.export(7) == WHOLE
    with open(tmp_path / "7.json", "wb") as file:
        studio.save_export(7, file)
    assert (tmp_path / "7.json").read_bytes() == WHOLE
    assert asked == ["GET /api/projects/7/export"] * 4


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_is_for_this_machine_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with stranger() as proxy, answering(200) as (url, requests):
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        address = url.replace("127.0.0.1", host)
        RetryingClient(TokenAuth(address, "0123456789"), 5.0).get(f"{address}/api/x")
        with pytest.raises(StudioError, match="does not know"):
            accounts.make_token(address, "a@b.example", "geheim")
    assert proxy.received == b""
    assert "geheim" in requests[-1]


JWT = "head.geheim.sign"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("key", ["geheim-0123456789", JWT])
def test_a_server_that_sends_on_to_another_is_not_followed_there(
    status: int, key: str, tmp_path: Path
) -> None:
    with answering(200) as (other, received), answering(status, {"Location": f"{other}/x"}) as (url, asked):
        studio = Studio(url, key)
        with pytest.raises(StudioError) as caught:
            studio.import_tasks(1, [{"data": {"text": "Ein Satz."}}])
        assert f"{url} sends on to {other}; nothing was sent there" in str(caught.value)
        with pytest.raises(StudioError, match="nothing was sent there"), open(tmp_path / "x", "wb") as file:
            studio.save_export(1, file)
        with pytest.raises(StudioError, match="nothing was sent there"):
            studio.check()
    assert received == []
    assert "geheim" in asked[0]  # the server it was given for
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "location",
    [
        "//{other}/x",
        "http://{other}",
        "http://{here}@{other}/",
        "http:///x",
        "ftp://{here}/x",
        "http://127.0.0.1.evil.example/",
    ],
)
def test_no_way_of_writing_another_address_is_followed(location: str) -> None:
    with answering(200) as (other, received), answering(200) as (here, _):
        place = location.format(other=other.removeprefix("http://"), here=here.removeprefix("http://"))
        with answering(307, {"Location": place}) as (url, asked):
            made = RetryingClient(TokenAuth(url, "geheim"), 5.0)
            with pytest.raises(StandpunktError):
                made.get(f"{url}/api/x")
    assert received == []
    assert len(asked) == 1


def test_a_server_may_send_on_within_itself() -> None:
    made, asked = client(
        iter(
            [
                httpx.Response(301, headers={"Location": "/api/y/"}),
                httpx.Response(301, headers={"Location": "https://studio/api/z"}),
                200,
            ]
        )
    )
    assert made.get("http://studio/api/y").status_code == 200
    assert asked == ["GET /api/y", "GET /api/y/", "GET /api/z"]


def test_what_is_no_address_is_said_in_a_line() -> None:
    for url in ("http://x:port", "ls.example"):
        with pytest.raises(StudioError, match="is not an address"):
            Studio(url, "geheim").export(1)
