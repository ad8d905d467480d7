"""Errors make one line from their facts, and never repeat the password of an address."""

import pytest

from schemas.errors import (
    DataError,
    ModelError,
    SettingsError,
    StandpunktError,
    StudioError,
    without_passwords,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://anna:geheim@ls.example", "http://anna:***@ls.example"),
        ('"https://anna:geheim@ls.example:8080/x" is none', '"https://anna:***@ls.example:8080/x" is none'),
        ("postgresql://:geheim@h/n", "postgresql://:***@h/n"),
        ("http://anna:ge@heim@ls.example", "http://anna:***@ls.example"),
        ("http://anna:ge:heim@ls.example", "http://anna:***@ls.example"),
        ("http://anna:12345@ls.example", "http://anna:***@ls.example"),
        ("http://anna:12,geheim@ls.example", "http://anna:***@ls.example"),
        ("http://anna:ge/heim?x#y@ls.example", "http://anna:***@ls.example"),
        ("http://anna:ge/he@im@ls.example", "http://anna:***@ls.example"),
        ("http://anna:ge heim@ls.example", "http://anna:***@ls.example"),
        ("http://anna:ge%40heim@[::1]:8080/", "http://anna:***@[::1]:8080/"),
        ("http://a:geheim@x, then http://b:geheim@y", "http://a:***@x, then http://b:***@y"),
    ],
)
def test_a_password_in_an_address_is_not_repeated(text: str, shown: str) -> None:
    assert without_passwords(text) == shown
    assert without_passwords(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:8080 does not know a@b.example with this password",
        "http://127.0.0.1:8080: refused; write to a@b.example",
        "http://127.0.0.1:8080, or a@b.example",
        "http://[::1]:8080 does not know a@b.example",
        "http://ls.example:8080/x?mail=a@b.example",
        "https://ls.example/x: a@b.example",
        "https://anna@ls.example/",
        "reading line 3: a:b@c",
        "",
    ],
)
def test_what_is_no_password_stays(text: str) -> None:
    assert without_passwords(text) == text


ADDRESS = "http://anna:geheim@ls.example"


@pytest.mark.parametrize(
    "error",
    [
        DataError(f"{ADDRESS} is none", path=ADDRESS, line=3),
        SettingsError(f"{ADDRESS} is none", variable="LABEL_STUDIO_URL"),
        StudioError("asking", f"{ADDRESS}\nanswered", status=400),
        ModelError(f"{ADDRESS} is none", path=ADDRESS),
        StandpunktError(f"{ADDRESS} is none"),
    ],
)
def test_no_error_holds_the_password_where_it_is_printed(error: StandpunktError) -> None:
    printed = [str(error), repr(error)]
    printed += [str(getattr(error, name)) for name in ("message", "words") if hasattr(error, name)]
    assert not [words for words in printed if "geheim" in words]
    assert len(str(error).splitlines()) == 1
    assert "http://anna:***@ls.example" in str(error)
