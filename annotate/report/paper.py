"""What a paper takes from a report: paragraphs to edit, tables in LaTeX, and references."""

from collections.abc import Mapping
from pathlib import Path

from annotate.report.document import Document, Table
from annotate.report.facts import StudyReport
from annotate.report.markdown import to_latex
from annotate.report.people_chapter import steps_of
from annotate.report.words import Words
from exports.agreement.report import Coefficients
from schemas.codebook import Codebook
from schemas.files import write_text

REFERENCES = r"""@book{krippendorff2018,
  author = {Krippendorff, Klaus}, title = {Content Analysis: An Introduction to Its Methodology},
  edition = {4}, publisher = {Sage}, year = {2018}}
@article{gwet2008,
  author = {Gwet, Kilem Li}, year = {2008}, volume = {61}, number = {1}, pages = {29--48},
  title = {Computing inter-rater reliability and its variance in the presence of high agreement},
  journal = {British Journal of Mathematical and Statistical Psychology}}
@inproceedings{passonneau2006,
  author = {Passonneau, Rebecca}, year = {2006}, booktitle = {Proceedings of LREC},
  title = {Measuring Agreement on Set-valued Items ({MASI}) for Semantic and Pragmatic Annotation}}
@article{hesterberg2015,
  author = {Hesterberg, Tim C.}, journal = {The American Statistician}, year = {2015}, volume = {69},
  number = {4}, pages = {371--386},
  title = {What Teachers Should Know About the Bootstrap: Resampling in the Undergraduate Statistics
    Curriculum}}
@article{benjamini1995,
  author = {Benjamini, Yoav and Hochberg, Yosef}, title = {Controlling the False Discovery Rate},
  journal = {Journal of the Royal Statistical Society B}, volume = {57}, number = {1},
  pages = {289--300}, year = {1995}}
@article{nadeau2003,
  author = {Nadeau, Claude and Bengio, Yoshua}, title = {Inference for the Generalization Error},
  journal = {Machine Learning}, volume = {52}, pages = {239--281}, year = {2003}}
"""


def methods_paragraph(report: StudyReport, book: Codebook) -> str:
    """How the study was made, with its figures."""
    words = Words(report.language)
    agreement = report.agreement
    figures = _alphas(agreement.layers, book, words) if agreement else ""
    alone = _alphas(agreement.suggestions.get("without", {}), book, words) if agreement else ""
    corpus, people = report.corpus, len(report.people)
    by = words.people(people)
    german = [
        f"{by} {'codierte' if people == 1 else 'codierten'} {words.sentences(report.help.coded)} aus "
        f"{words.commentaries(corpus.commentaries_coded)} nach dem Codebuch {report.codebook} "
        f"{report.codebook_version}."
    ]
    english = [
        f"{by} coded {words.sentences(report.help.coded)} of {words.commentaries(corpus.commentaries_coded)} "
        f"by the codebook {report.codebook} {report.codebook_version}."
    ]
    if agreement and agreement.shared and figures:
        shared = words.sentences(agreement.shared)
        german.append(
            f"Von mindestens zwei Personen codiert: {shared}. Krippendorffs Alpha (Krippendorff 2018; "
            f"nominal, für Mengen mit MASI, Passonneau 2006; 95-%-Intervalle aus 1000 Ziehungen ganzer "
            f"Kommentare, nach Students t geweitet, Hesterberg 2015): {figures}."
        )
        english.append(
            f"Coded by two or more people: {shared}. Krippendorff's alpha (Krippendorff 2018; nominal, for "
            f"sets with MASI, Passonneau 2006; 95% intervals of 1,000 draws of whole commentaries, widened "
            f"by Student's t, Hesterberg 2015): {figures}."
        )
        if alone:
            german.append(f"Wo sie keine Vorschläge sahen: {alone}.")
            english.append(f"Where they saw no suggestions: {alone}.")
    if report.evaluation and report.evaluation.held_out:
        scores = words.listed(
            [
                f"{book.layer_label(name)} {words.with_bounds(layer.macro_f1, layer.interval)}"
                for name, layer in report.evaluation.layers.items()
                if layer.macro_f1 is not None
            ]
        )
        splits = report.evaluation.held_out.splits
        german.append(
            f"Der Klassifikator wurde in {splits} Teilen kreuzvalidiert, ganze Kommentare und fast gleiche "
            f"Texte beisammen; Makro-F1 (Intervalle nach Nadeau & Bengio 2003 geweitet): {scores}."
        )
        english.append(
            f"The classifier was cross-validated in {splits} parts, whole commentaries and nearly equal "
            f"texts together; macro-F1 (intervals widened after Nadeau & Bengio 2003): {scores}."
        )
    if report.help.models:
        models, shown = words.listed([*report.help.models]), words.sentences(report.help.sentences)
        german.append(f"Mit Vorschlägen von {models} codierte mindestens eine Person {shown}.")
        english.append(f"With suggestions of {models} somebody coded {shown}.")
    if report.audit and report.audit.compared == "drawn":
        without = words.commentaries(report.audit.commentaries_without)
        german.append(
            f"Ihr Einfluss wurde an {without} geprüft, die ohne Vorschläge codiert wurden (Permutationstest; "
            "für die Zahl der Codes korrigiert, Benjamini & Hochberg 1995)."
        )
        english.append(
            f"Their influence was tested against {without} coded without any (permutation test, corrected "
            "for the number of codes, Benjamini & Hochberg 1995)."
        )
    return " ".join(german if words.language == "de" else english)


def _alphas(layers: Mapping[str, Coefficients], book: Codebook, words: Words) -> str:
    """Alpha of each layer with its interval, of a stance by its two steps where they are known."""
    return words.listed(
        [
            f"{label} α = {words.with_bounds(figure.alpha, figure.interval)}"
            for name, layer in layers.items()
            for label, figure in steps_of(book.layer_label(name), layer, words)
            if figure.alpha is not None
        ]
    )


def limits_paragraph(report: StudyReport, book: Codebook) -> str:
    """What the study does not show."""
    words = Words(report.language)
    refused = [claim for claim in report.claims if not claim.may]
    lead = words.pick("Diese Aussagen belegt die Studie nicht:", "The study does not show that:")
    parts = [f"{claim.words.rstrip('.')} ({claim.figure})" for claim in refused]
    said = [f"{lead} {'; '.join(parts)}."] if parts else []
    if authors := len(report.corpus.authors):
        whose = words.pick(
            "einem Verfasser" if authors == 1 else f"{authors} Verfassern",
            "one author" if authors == 1 else f"{authors} authors",
        )
        said.append(
            words.pick(
                f"Die Texte stammen von {whose}; auf andere übertragen sich die Werte nur, soweit diese "
                "ihnen gleichen.",
                f"The texts are by {whose}; the figures carry over to others only as far as those are like "
                f"them.",
            )
        )
    return " ".join(said)


def write_paper(folder: Path, document: Document, report: StudyReport, book: Codebook) -> list[str]:
    """``methods.md``, ``limits.md``, ``references.bib`` and ``tables/*.tex``; gives their names."""
    files = {
        "methods.md": methods_paragraph(report, book) + "\n",
        "limits.md": limits_paragraph(report, book) + "\n",
        "references.bib": REFERENCES,
    }
    for chapter in document.chapters:
        for part in chapter.parts:
            if isinstance(part, Table) and chapter.name != "terms":
                files[f"tables/{part.name}.tex"] = to_latex(part)
    for name, text in files.items():
        write_text(folder / name, text)
    return sorted(files)
