"""Codings follow their sentences when a text was mended or published again."""

from annotate.texts.alignment import relink
from annotate.texts.blocks import find_blocks
from annotate.texts.sentences import split_sentences
from schemas.records import Commentary, IdRegister, Sentence

TEXT = (
    "Der Winter kommt früh in diesem Jahr. Die Regierung hat das lange gewusst. "
    "Trotzdem fehlt es an Gas und Geld.\n\nWer trägt dafür die Schuld? Niemand will es gewesen sein."
)


def commentary(text: str = TEXT, *, title: str = "Der Winter", author: str = "Anna Weiß") -> Commentary:
    name = IdRegister().commentary(title, author)
    return Commentary(commentary_id=name, title=title, author=author, text=text, blocks=find_blocks(text))


def split(text: str = TEXT, **fields: str) -> list[Sentence]:
    return split_sentences(commentary(text, **fields))


def test_an_unchanged_text_keeps_all_ids() -> None:
    report = relink(split(), split())
    assert (report.unchanged, report.links, report.lost, report.added) == (5, [], [], [])
    assert all(old == new for old, new in report.mapping.items())


def test_a_mended_typo_carries_over() -> None:
    old = split(TEXT.replace("Regierung", "Regirung"))
    report = relink(old, split())
    assert report.unchanged == 4
    assert [(link.old_text, link.new_text) for link in report.links] == [(old[1].text, split()[1].text)]
    assert 0.9 < report.links[0].similarity < 1


def test_a_new_title_is_a_new_commentary_with_the_same_sentences() -> None:
    old, new = split(), split(title="Ein ganz anderer Titel")
    assert [report.new for report in relink(old, new).links] == [s.sentence_id for s in new]


def test_a_title_alike_pairs_commentaries_that_share_few_sentences() -> None:
    mended = TEXT.replace("ü", "ue").replace("as", "aß").replace("Geld", "Gelt")
    old, new = commentary(), commentary(mended, title="Der Winter!")
    sentences = split_sentences(old), split_sentences(new)
    assert len(relink(*sentences).lost) == 5
    report = relink(*sentences, old_commentaries=[old], new_commentaries=[new])
    assert (len(report.links), report.lost) == (5, [])


def test_a_moved_sentence_is_found() -> None:
    first, rest = TEXT.split(". ", 1)
    report = relink(split(), split(f"{rest} {first}."))
    assert (report.unchanged, report.lost, report.added) == (5, [], [])


def test_a_sentence_that_is_gone_is_listed_with_what_comes_closest() -> None:
    new = split(
        TEXT.replace("Die Regierung hat das lange gewusst.", "Alle haben das sehr lange gewusst, sagt man.")
    )
    report = relink(split(), new)
    assert [lost.old_text for lost in report.lost] == ["Die Regierung hat das lange gewusst."]
    assert report.lost[0].nearest == report.added[0] == new[1].sentence_id


def test_a_deleted_sentence_has_no_nearest_one() -> None:
    report = relink(split(), split(TEXT.replace(" Niemand will es gewesen sein.", "")))
    assert [(lost.old_text, lost.nearest) for lost in report.lost] == [
        ("Niemand will es gewesen sein.", None)
    ]


def test_no_new_sentence_is_given_twice() -> None:
    old = split(TEXT + " Wer trägt dafür die Schuld?")
    report = relink(old, split())
    assert len(report.mapping) == len(set(report.mapping.values())) == 5
    assert len(report.lost) == 1


def test_another_commentary_is_not_mistaken_for_it() -> None:
    other = split("Die Bahn fährt wieder nicht. Das kennt man.", title="Die Bahn", author="Karl Roth")
    report = relink(split(), other)
    assert (len(report.lost), len(report.added), report.links) == (5, 2, [])
