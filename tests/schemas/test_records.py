import hashlib

import pytest

from schemas.records import IdRegister, short_hash, slug


def test_slug_spells_umlauts_out_and_stops_at_sixty() -> None:
    assert slug("Öl, Maß & „Größe“") == "oel-mass-groesse"
    assert len(slug("wort " * 40)) <= 60


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Чи буде мир?", "chi-bude-mir"),
        ("Війна Путіна", "viyna-putina"),
        ("Що далі", "shcho-dali"),
        ("Мир и война", "mir-i-voyna"),
        ("Съезд партии", "sezd-partii"),
        ("Café à la Łódź", "cafe-a-la-lodz"),
        ("Trump’s Plan", "trump-s-plan"),
        ("È vero?", "e-vero"),
        ("Č", "c"),
    ],
)  # fmt: skip
def test_slug_is_in_latin_letters(title: str, plain: str) -> None:
    assert slug(title) == plain


@pytest.mark.parametrize("title", ["和平", "السلام", "–", "„…“", "", "😂", "- Punkt", "Чи"])
def test_no_id_of_a_title_begins_with_a_dash(title: str) -> None:
    assert not IdRegister().commentary(title, None).startswith("-")


def test_commentary_id_rests_on_author_and_title() -> None:
    digest = hashlib.sha256(b"Anne Muster\nEin Titel").hexdigest()[:6]
    assert IdRegister().commentary("Ein Titel", "Anne Muster") == f"ein-titel-{digest}"


def test_a_missing_author_is_the_empty_text() -> None:
    digest = hashlib.sha256(b"\nEin Titel").hexdigest()[:6]
    assert IdRegister().commentary("Ein Titel", None) == f"ein-titel-{digest}"


def test_an_own_id_is_kept() -> None:
    assert IdRegister().commentary("Ein Titel", None, "p-7") == "p-7"


def test_ids_that_recur_are_counted_in_order() -> None:
    ids = IdRegister()
    found = [ids.sentence("p", "Nein!") for _ in range(3)]
    assert found == [f"p:{short_hash('Nein!', 8)}{end}" for end in ("", "-2", "-3")]


def test_hash_is_over_composed_text() -> None:
    assert short_hash("Gro\u0308ße", 8) == short_hash("Größe", 8)
