"""The links that the demo serves; Label Studio's own forms are tested in test_demo.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from annotate.demo.links import Door, serve_links
from annotate.label_studio import accounts
from schemas.errors import StudioError

DOOR = Door(url="http://127.0.0.1:9", email="a@b.example", password="geheim", place="http://127.0.0.1:9/p/1")


def ask(link: str) -> httpx.Response:
    return httpx.get(link, trust_env=False)


def test_a_page_opens_by_its_link_and_is_kept_nowhere(tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text("<p>Bericht</p>", "utf-8")
    with serve_links({"report": tmp_path / "r.html"}) as links:
        answer = ask(links["report"])
    assert (answer.status_code, answer.text) == (200, "<p>Bericht</p>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_nothing_is_found_without_the_secret(tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text("<p>Bericht</p>", "utf-8")
    with serve_links({"report": tmp_path / "r.html"}) as links:
        port = urlsplit(links["report"]).port
        paths = ("/", "/report", "/x/report", "/..%2f..%2fetc/passwd")
        answers = [ask(f"http://127.0.0.1:{port}{path}").status_code for path in paths]
    assert answers == [404] * 4


def test_links_end_with_their_block_and_have_another_secret_the_next_time() -> None:
    with serve_links({"anna": DOOR}) as first:
        pass
    with pytest.raises(httpx.ConnectError):
        ask(first["anna"])
    with serve_links({"anna": DOOR}) as second:
        assert urlsplit(first["anna"]).path != urlsplit(second["anna"]).path


def test_a_link_that_signs_in_hands_the_session_on_and_never_the_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @contextmanager
    def signed_in(url: str, email: str, password: str) -> Iterator[httpx.Client]:
        assert (url, email, password) == (DOOR.url, DOOR.email, DOOR.password)
        with httpx.Client(cookies={"sessionid": "s3"}) as client:
            yield client

    monkeypatch.setattr(accounts, "signed_in", signed_in)
    with serve_links({"anna": DOOR}) as links:
        answer = ask(links["anna"])
    assert (answer.status_code, answer.headers["Location"]) == (302, DOOR.place)
    assert answer.headers["Set-Cookie"] == "sessionid=s3; Path=/; HttpOnly; SameSite=Lax"
    assert "geheim" not in answer.text + str(answer.headers) + repr(DOOR)


def test_a_server_that_is_down_is_said_in_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    def signed_in(*_: str) -> None:
        raise StudioError("signing in", "http://127.0.0.1:9: refused; is it running?")

    monkeypatch.setattr(accounts, "signed_in", signed_in)
    with serve_links({"anna": DOOR}) as links:
        answer = ask(links["anna"])
    assert answer.status_code == 502
    assert "is it running?" in answer.text
