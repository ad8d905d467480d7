from typing import Annotated

import typer

from annotate.commands.terminal import JsonOption, StudyOption, UrlOption, Verbs, print_report, say, table

app = typer.Typer(
    cls=Verbs, help="List the annotators, and bind, rename or retire one.", invoke_without_command=True
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the annotator in study.yaml.")]


@app.callback()
def annotators(
    context: typer.Context, study: StudyOption = None, url: UrlOption = None, json: JsonOption = False
) -> None:
    """Without a verb: say who has how much, and how sure it is which account is theirs."""
    if context.invoked_subcommand is not None:
        return
    from annotate.study.connect import connect
    from annotate.study.folder import open_study
    from annotate.sync.annotators import list_annotators

    opened = open_study(study)
    report = list_annotators(connect(opened, url=url), opened)
    head = ["annotator", "project", "coded", "pulled", "known by", "account"]
    rows = [
        (row.annotator if row.place == "active" else f"{row.annotator} ({row.place})",
         row.project, f"{row.coded} of {row.tasks}", row.annotations, row.account or "–",
         row.email or (f"user {row.user}" if row.user else "–"))
        for row in report.annotators
    ]  # fmt: skip
    lines = [table(head, rows)]
    lines += [f"! {row.problem}" for row in report.annotators if row.problem]
    lines += [
        f"! {row.annotator} is not in study.yaml: `standpunkt annotators rename {row.annotator} NEW-NAME` or "
        f"`standpunkt annotators retire {row.annotator}`"
        for row in report.annotators
        if row.place == "left"
    ]
    lines += [f"! {name} has several projects: {numbers}" for name, numbers in report.doubled.items()]
    if any(row.account == "first" for row in report.annotators):
        lines.append("first: only the first account that coded in the project; "
                     "`standpunkt annotators bind NAME` confirms it")  # fmt: skip
    print_report(report, json, "\n".join(lines))


@app.command()
def bind(
    name: Name,
    account: Annotated[
        str | None,
        typer.Argument(metavar="[ACCOUNT]", help="E-mail or number; without it the known one is confirmed."),
    ] = None,
    project: Annotated[
        int | None, typer.Option(metavar="N", help="Also give this project, which lost its marker, to NAME.")
    ] = None,
    study: StudyOption = None,
    url: UrlOption = None,
    json: JsonOption = False,
) -> None:
    """Say which account of Label Studio is an annotator's: only its codings count as theirs."""
    from annotate.study.connect import connect
    from annotate.study.folder import open_study
    from annotate.sync import annotators as people

    opened = open_study(study)
    with opened.locked("annotators bind", say):
        bound = people.bind(connect(opened, url=url), opened, name, account, project)
    words = [f"project {project} is {name}'s"] if project is not None else []
    if bound is not None:
        words.append(f"{name} is user {bound.user} ({bound.email}); the next pull goes by it")
    body = {
        "annotator": name,
        "project": project,
        "user": bound and bound.user,
        "email": bound and bound.email,
    }
    print_report(body, json, "\n".join(words))


FilesOnlyOption = Annotated[
    bool, typer.Option("--files-only", help="Change files alone: nothing of the study is on a server.")
]


@app.command()
def rename(
    name: Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new name: small letters, digits, - and _.")],
    study: StudyOption = None,
    url: UrlOption = None,
    files_only: FilesOnlyOption = False,
) -> None:
    """Give an annotator another name: in the project, in the files, in study.yaml."""
    from annotate.study.connect import connect
    from annotate.study.folder import open_study
    from annotate.sync import annotators as people

    opened = open_study(study)
    with opened.locked("annotators rename", say):
        people.rename(None if files_only else connect(opened, url=url), opened, name, new)
    say(f"{name} is called {new} now; a new letter is written by `standpunkt push --invite`")


@app.command()
def retire(
    name: Name, study: StudyOption = None, url: UrlOption = None, files_only: FilesOnlyOption = False
) -> None:
    """Take an annotator off the work: no new sentences; their codings, and what they code yet, count."""
    from annotate.study.connect import connect
    from annotate.study.folder import open_study
    from annotate.sync import annotators as people

    opened = open_study(study)
    with opened.locked("annotators retire", say):
        people.retire(None if files_only else connect(opened, url=url), opened, name)
    say(f"{name} gets no new sentences; `standpunkt push` gives the others what {name} alone was to code")
