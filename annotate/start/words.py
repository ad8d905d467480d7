"""The page's words for verbs and for what comes next, in German and English."""

from typing import NamedTuple

from annotate.report.words import Words
from annotate.start.facts import StartReport
from annotate.study.next_step import NextStep

Pair = tuple[str, str]


class VerbWords(NamedTuple):
    """A verb as the page calls it, and what it does."""

    name: Pair
    does: Pair


class StepWords(NamedTuple):
    """What is to be done, and why; ``{are}`` is the verb to ``{count}`` sentences."""

    title: Pair
    why: Pair


VERBS = {
    "split": VerbWords(
        ("In Sätze teilen", "Split into sentences"),
        ("Liest die Texte und teilt sie in Sätze.", "Reads the texts and splits them into sentences."),
    ),
    "studio": VerbWords(
        ("Label Studio starten", "Start Label Studio"),
        (
            "Startet das Label Studio dieses Rechners; beim ersten Mal dauert es einige Minuten.",
            "Starts the Label Studio of this machine; the first time takes some minutes.",
        ),
    ),
    "push": VerbWords(
        ("Sätze verteilen", "Give the sentences out"),
        (
            "Bringt die Sätze nach Label Studio, für jede Person ein Projekt.",
            "Brings the sentences to Label Studio, one project a person.",
        ),
    ),
    "invite": VerbWords(
        ("Einladungen schreiben", "Write invitations"),
        (
            "Verteilt die Sätze und schreibt für jede Person einen Brief in einladungen/.",
            "Gives the sentences out and writes a letter for each person into einladungen/.",
        ),
    ),
    "pull": VerbWords(
        ("Codierungen abholen", "Pull the codings"), ("Holt, was codiert wurde.", "Fetches what was coded.")
    ),
    "agree": VerbWords(
        ("Übereinstimmung als Seite", "Agreement as a page"),
        (
            "Schreibt reports/agreement.html mit allen Zahlen.",
            "Writes reports/agreement.html with all figures.",
        ),
    ),
    "adjudicate": VerbWords(
        ("Entscheiden", "Adjudicate"),
        (
            "Macht aus mehreren Codierungen eine, nach der Mehrheit; was offen bleibt, wird genannt.",
            "Makes one coding of several, by majority; what stays open is named.",
        ),
    ),
    "third": VerbWords(
        ("Offenes einer dritten Person geben", "Give what is open to a third person"),
        (
            "Bringt, was offen blieb, in ein eigenes Projekt; danach abholen und noch einmal entscheiden.",
            "Brings what stayed open into a project of its own; then pull and adjudicate once more.",
        ),
    ),
    "train": VerbWords(
        ("Modell trainieren", "Train the model"),
        (
            "Lernt aus den entschiedenen Sätzen; einige Minuten.",
            "Learns from the decided sentences; some minutes.",
        ),
    ),
    "prelabel": VerbWords(
        ("Vorschläge machen", "Make suggestions"),
        (
            "Zeigt beim Codieren an, worin das Modell sicher ist.",
            "Shows in the coding screen what the model is sure of.",
        ),
    ),
    "select": VerbWords(
        ("Nächste Sätze aussuchen", "Pick the next sentences"),
        (
            "Sucht aus, was zu codieren am meisten bringt; das nächste Verteilen bringt es.",
            "Picks what is worth most to code; the next giving out brings it.",
        ),
    ),
    "report": VerbWords(
        ("Bericht schreiben", "Write the report"),
        (
            "Schreibt reports/report.html: was sich sagen lässt und was nicht.",
            "Writes reports/report.html: what may be said and what not.",
        ),
    ),
    "evaluate": VerbWords(
        ("Lernkurve berechnen", "Compute the learning curve"),
        (
            "Prüft das Modell an Texten, die es nicht kennt.",
            "Judges the model on texts that it has not seen.",
        ),
    ),
}

_STEPS = {
    "texts": StepWords(
        ("Texte in den Ordner legen", "Put texts into the folder"),
        (
            "Kommentare als .txt, .md, .html, .pdf, .docx und anderes, jeder mit Titel, Name und Datum in "
            "der ersten Zeile. Dann diese Seite neu laden.",
            "Commentaries as .txt, .md, .html, .pdf, .docx and others, each with title, name and date in its "
            "first line. Then reload this page.",
        ),
    ),
    "annotators": StepWords(
        ("Annotierende nennen", "Name the annotators"),
        (
            "study.yaml nennt noch niemanden, etwa annotators: [anna, ben].",
            "study.yaml names nobody yet, such as annotators: [anna, ben].",
        ),
    ),
    "split": StepWords(
        ("Die Texte in Sätze teilen", "Split the texts into sentences"),
        ("Im Ordner commentaries/ liegen {files}.", "The folder commentaries/ has {files}."),
    ),
    "split again": StepWords(
        ("Die Texte noch einmal teilen", "Split the texts again"),
        (
            "Damit gilt, was über Daten und Zeilen entschieden wurde.",
            "So that what was decided about dates and lines counts.",
        ),
    ),
    "studio": StepWords(
        ("Label Studio starten", "Start Label Studio"),
        (
            "Darin wird codiert. Es läuft auf diesem Rechner.",
            "That is where people code. It runs on this machine.",
        ),
    ),
    "push": StepWords(
        ("Die Sätze verteilen", "Give the sentences out"),
        ("Jede Person bekommt ein Projekt in Label Studio.", "Each person gets a project in Label Studio."),
    ),
    "pull": StepWords(
        ("Neue Codierungen abholen", "Pull new codings"),
        ("{count} {are} codiert und noch nicht hier.", "{count} {are} coded and not here yet."),
    ),
    "adjudicate": StepWords(
        ("Entscheiden, was gilt", "Decide what counts"),
        (
            "{count} {are} codiert; aus den Codierungen wird eine.",
            "{count} {are} coded; one coding is made of them.",
        ),
    ),
    "train": StepWords(
        ("Ein Modell trainieren", "Train a model"),
        (
            "{count} {are} entschieden und noch nicht gelernt.",
            "{count} {are} decided and not learned from yet.",
        ),
    ),
    "select": StepWords(
        ("Die nächsten Sätze auswählen", "Select the next sentences"),
        (
            "Was ausgewählt war, ist codiert; {count} {are} noch bei niemandem.",
            "What was selected is coded; {count} {are} with nobody yet.",
        ),
    ),
    "prelabel": StepWords(
        ("Vorschläge machen", "Make suggestions"),
        (
            "{count} {are} noch zu codieren, und in manchem ist das Modell sicher.",
            "{count} {are} still to be coded, and of some of it the model is sure.",
        ),
    ),
    "code": StepWords(
        ("Codieren", "Code"),
        (
            "{count} {are} noch zu codieren. Hier ist nichts zu tun, bis Neues abzuholen ist.",
            "{count} {are} still to be coded. There is nothing to do here until there is something to pull.",
        ),
    ),
    "report": StepWords(
        ("Den Bericht schreiben", "Write the report"),
        (
            "Was verteilt ist, ist codiert und entschieden: Der Bericht sagt, was sich damit sagen lässt.",
            "What was given out is coded and decided: the report says what may be said with it.",
        ),
    ),
    "report of some": StepWords(
        ("Den Bericht schreiben", "Write the report"),
        (
            "Was verteilt ist, ist codiert; in {open} ist noch etwas offen. Der Bericht sagt, was sich "
            "trotzdem sagen lässt.",
            "What was given out is coded; in {open} something is still open. The report says what may be "
            "said all the same.",
        ),
    ),
    "done": StepWords(
        ("Lesen, was herauskam", "Read what came of it"),
        ("Der Bericht ist auf dem Stand der Daten.", "The report is up to date with the data."),
    ),
}


def next_words(step: NextStep, report: StartReport, words: Words) -> Pair:
    """What comes next, and why."""
    undecided = report.adjudication.undecided if report.adjudication else 0
    name: str = step.name
    if name == "split" and report.corpus:
        name = "split again"
    elif name == "report" and undecided:
        name = "report of some"
    found = _STEPS[name]
    is_one = step.count == 1
    fields = {
        "count": words.sentences(step.count),
        "are": words.pick("ist" if is_one else "sind", "is" if is_one else "are"),
        "files": files(report.files, words),
        "open": words.pick(
            f"{words.whole(undecided)} {'Satz' if undecided == 1 else 'Sätzen'}", words.sentences(undecided)
        ),
    }
    return words.pick(*found.title), words.pick(*found.why).format(**fields)


def files(count: int, words: Words) -> str:
    """A count of files."""
    one = count == 1
    return f"{words.whole(count)} {words.pick('Datei' if one else 'Dateien', 'file' if one else 'files')}"
