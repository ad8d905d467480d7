"""The pages of `agree` and `evaluate`: their chapters of the report, in the codebook's language."""

from collections.abc import Mapping, Sequence

from annotate.report.chapters import terms_chapter
from annotate.report.document import Chapter, Document, Paragraph
from annotate.report.model_chapter import model_chapter
from annotate.report.page import report_page
from annotate.report.people_chapter import agreement_chapter, machines_chapter
from annotate.report.words import Words
from exports.agreement.report import AgreementReport
from exports.agreement.report_text import Place
from schemas.codebook import Codebook
from train.evaluation.report import EvaluationReport


def agreement_page(
    report: AgreementReport, codebook: Codebook, places: Mapping[str, Place], *, notes: Sequence[str] = ()
) -> str:
    """The HTML of the agreement alone.

    Parameters
    ----------
    places
        Text and links of the sentences named in the report, by sentence id.
    notes
        What was left out in reading.
    """
    words = Words(codebook.language)
    chapters = [agreement_chapter(report, codebook, words, places, kept=True)] if report.shared else []
    if report.machines:
        chapters.append(machines_chapter(report, codebook, words))
    if notes:
        title = words.pick("Beim Lesen", "In reading")
        chapters.append(Chapter("notes", title, [Paragraph(f"{note}.") for note in notes]))
    who = words.listed(report.annotators)
    return _page(
        words.pick("Übereinstimmung", "Agreement"),
        f"{words.sentences(report.sentences)}, {words.pick('codiert von', 'coded by')} {who}; "
        f"{words.pick('Codebuch', 'codebook')} {codebook.codebook} {codebook.version}",
        chapters,
        words,
    )


def evaluation_page(report: EvaluationReport, codebook: Codebook) -> str:
    """The HTML of an evaluation alone, with all codings that are worth a second look."""
    words = Words(codebook.language)
    most = max((len(layer.suspects) for layer in report.layers.values()), default=0)
    return _page(
        words.pick("Wie gut ist das Modell?", "How good is the model?"),
        report.model_version,
        [model_chapter(report, codebook, words, suspects=most)],
        words,
    )


def _page(title: str, subtitle: str, chapters: Sequence[Chapter], words: Words) -> str:
    return report_page(
        Document(
            title=title,
            subtitle=subtitle,
            chapters=[*chapters, terms_chapter(words)],
            language="de" if words.language == "de" else "en",
        )
    )
