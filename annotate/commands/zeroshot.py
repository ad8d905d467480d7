import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from annotate.commands.terminal import (
    AuthorOption,
    CodebookOption,
    DateOption,
    EncodingOption,
    JsonOption,
    OutputOption,
    StudyOption,
    one_stdout,
    print_report,
    progress_bar,
    say,
)
from schemas.decimals import counted
from schemas.errors import DataError, SettingsError, near_hit

if TYPE_CHECKING:
    from annotate.study.folder import Study
    from annotate.zeroshot.endpoint import Endpoint
    from annotate.zeroshot.questions import Piece, Prompt
    from annotate.zeroshot.run import Limits, Pieces, Plan
    from schemas.codebook import Codebook
    from schemas.layer import Layer
    from schemas.records import GoldSentence

#: Repeated answers need some chance, or they all say the same.
_CHANCE = 0.7


def zeroshot(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE…]", help="Commentaries (default: the study's sentences)."),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="NAME", help="The endpoint's name of the model.")
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            "--endpoint",
            metavar="URL",
            help="Address with OpenAI's chat completions; texts go there and nowhere else (default: "
            "http://127.0.0.1:11434/v1, Ollama on this machine).",
        ),
    ] = None,
    output: OutputOption = None,
    layers: Annotated[
        str | None, typer.Option("--layers", metavar="A,B", help="Layers to ask (default: all predicted).")
    ] = None,
    examples: Annotated[
        int,
        typer.Option("--examples", metavar="N", min=0, help="Coded sentences of other commentaries to show."),
    ] = 0,
    whole: Annotated[
        bool, typer.Option("--whole", help="Ask about a whole commentary with numbered sentences at once.")
    ] = False,
    samples: Annotated[
        int,
        typer.Option(
            "--samples", metavar="K", min=1, max=50, help="Ask K times; the share of an answer is its score."
        ),
    ] = 1,
    gold: Annotated[
        Path | None,
        typer.Option(
            "--gold",
            metavar="FILE",
            help="Coded sentences: examples, and what calibrates (default: the study's).",
        ),
    ] = None,
    parallel: Annotated[
        int, typer.Option("--parallel", metavar="N", min=1, max=500, help="Requests at once.")
    ] = 4,
    max_requests: Annotated[
        int | None, typer.Option("--max-requests", metavar="N", min=0, help="Stop after so many requests.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option("--max-tokens", metavar="N", min=0, help="Stop after so many tokens.")
    ] = None,
    answer_tokens: Annotated[
        int | None,
        typer.Option(
            "--answer-tokens",
            metavar="N",
            min=16,
            help="Tokens an answer may have; more for models that reason.",
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=1, help="Wait so long for an answer.")
    ] = 300.0,
    show_prompt: Annotated[
        bool, typer.Option("--show-prompt", help="Print what would be asked about the first sentence.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many requests and tokens it takes; ask nothing.")
    ] = False,
    encoding: EncodingOption = None,
    author: AuthorOption = None,
    date: DateOption = None,
    study: StudyOption = None,
    codebook: CodebookOption = None,
    json: JsonOption = False,
) -> None:
    """Code sentences with a language model, by the codebook alone; needs no training."""
    from annotate.study.folder import open_study
    from annotate.zeroshot.cache import AnswerCache
    from annotate.zeroshot.pieces import titles_of_study
    from annotate.zeroshot.prompt import asked_layers
    from annotate.zeroshot.questions import Prompt, PromptSettings
    from annotate.zeroshot.run import Known, Limits, plan
    from schemas.codebook import load_codebook
    from schemas.files import home

    one_stdout(output, json)
    in_study = study is not None or (Path("study.yaml").exists() and not (files and codebook))
    opened = open_study(study) if in_study else None
    if opened is None and not files:
        raise SettingsError("no commentaries given, and the current folder is not a study", flag="--study")
    if codebook is not None:
        book = load_codebook(codebook)
    elif opened is not None:
        book = opened.codebook()
    else:
        raise SettingsError("no codebook, and the current folder is not a study", flag="--codebook")
    if not model:
        raise SettingsError("no model: say what the endpoint calls it, such as qwen3:8b", flag="--model")
    coded = _gold(gold, opened, book)
    settings = PromptSettings(
        whole=whole,
        samples=samples,
        examples=examples,
        temperature=_CHANCE if samples > 1 else 0.0,
        answer_tokens=answer_tokens,
    )
    titles = titles_of_study(opened) if opened is not None and examples else {}
    prompt = Prompt(model, book, _layers(layers, book, asked_layers(book)), settings, coded, titles)
    if examples and not coded:
        raise SettingsError("there are no coded sentences to take examples from", flag="--gold")
    pieces = _pieces(files, opened, {"encoding": encoding, "author": author, "date": date})
    if show_prompt:
        print_report({"messages": _first(pieces, prompt)}, json, lambda: _shown(_first(pieces, prompt)))
        return
    place = (opened.folder / ".standpunkt" if opened is not None else home()) / "zeroshot.sqlite"
    known = Known(prompt, AnswerCache(place))
    try:
        planned = plan(pieces, known)
        if dry_run:
            print_report(planned, json, lambda: _plan_words(planned, prompt))
            return
        from annotate.zeroshot.endpoint import DEFAULT, KEY, Endpoint

        limits = Limits(max_requests=max_requests, max_tokens=max_tokens, parallel=parallel)
        asking = Endpoint(endpoint or DEFAULT, os.environ.get(KEY) or None, timeout=timeout)
        calibrating = _with_study(pieces, opened) if files and coded else pieces
        report = _run(pieces, calibrating, known, asking, planned, limits, coded, output, json)
    finally:
        known.cache.close()
    if opened is not None:
        _keep(opened, prompt, book, report)
    if output not in (None, "-") or json:
        print_report(report, json, lambda: "\n".join(_words(report)))
    else:
        for line in _words(report):
            say(line)
    if report["stopped"] or report["failed"]:
        raise typer.Exit(1)


def _run(
    pieces: "Pieces", calibrating: "Pieces", known: Any, endpoint: "Endpoint", planned: "Plan",
    limits: "Limits", coded: "list[GoldSentence]", output: str | None, json: bool,
) -> dict[str, Any]:  # fmt: skip
    from annotate.zeroshot.endpoint import is_local
    from annotate.zeroshot.run import Rows, ask_all, fit_confidences
    from schemas.jsonl import write_jsonl

    if planned.requests and not is_local(endpoint.url):
        say(f"note: the texts of {counted(planned.sentences, 'sentence')} go to {endpoint.url}")
    with progress_bar() as progress:
        asked = ask_all(pieces, known, endpoint, limits, total=planned.requests, progress=progress)
        progress("writing rows")
        confidences, rests_on = fit_confidences(calibrating, known, coded)
        version = known.prompt.version("".join(c.fingerprint for c in confidences.values()))
        rows = Rows(pieces, known, version, confidences)
        if output is None and json:
            for _ in rows:
                pass
        else:
            write_jsonl(output or "-", rows)
    counts = rows.counts()
    return {
        "model_version": version,
        "endpoint": endpoint.url,
        "commentaries": planned.commentaries,
        "sentences": planned.sentences,
        **msgspec.structs.asdict(counts),
        "not_asked": planned.sentences - counts.rows,
        **msgspec.structs.asdict(asked),
        "left_out": endpoint.left_out,
        "calibrated": rests_on,
        "uncalibrated": [layer.id for layer in known.prompt.layers if layer.id not in rests_on],
    }


def _layers(names: str | None, book: "Codebook", known: "list[Layer]") -> "list[Layer]":
    from annotate.zeroshot.prompt import asked_layers

    ids = [layer.id for layer in known]
    if names is None:
        if not known:
            raise SettingsError("the codebook has no layer that a model may code", flag="--codebook")
        return known
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    for name in chosen or [""]:
        if name not in ids:
            expected = f"expected of {', '.join(ids)}{near_hit(name, ids)}"
            raise SettingsError(f'"{name}" is no layer that a model may code; {expected}', flag="--layers")
    return asked_layers(book, chosen)


def _gold(path: Path | None, study: "Study | None", book: "Codebook") -> "list[GoldSentence]":
    """The coded sentences, once each fits the codebook; none where there are none yet."""
    from schemas.jsonl import read_jsonl
    from schemas.records import GoldSentence
    from train.data.gold import checked

    if path is None:
        if study is None or not study.gold.exists():
            return []
        path = study.gold
    rows = list(read_jsonl(path, GoldSentence))
    return checked(rows, book) if rows else []


def _pieces(files: list[str] | None, study: "Study | None", reading: dict[str, str | None]) -> "Pieces":
    from annotate.zeroshot.pieces import pieces_of_study, split_files, to_piece

    if not files:
        assert study is not None
        return lambda: pieces_of_study(study)
    notes: list[str] = []
    failed: list[DataError] = []
    read = list(split_files(files, notes=notes, failed=failed, **reading))
    for note in notes:
        say(f"note: {note}")
    if failed:
        raise failed[0]
    return lambda: (to_piece(*one) for one in read)  # the text around each sentence is not kept


def _keep(study: "Study", prompt: "Prompt", book: "Codebook", report: dict[str, Any]) -> None:
    """What a paper has to say of the rows, beside the study's models."""
    from datetime import date
    from hashlib import sha256
    from urllib.parse import urlsplit

    from annotate.study.disclosure import Disclosure, keep_disclosure

    if not report["rows"]:
        return
    found = Disclosure(
        model_version=report["model_version"],
        model=prompt.model,
        hosts=[urlsplit(report["endpoint"]).netloc],
        first_asked=None,
        last_asked=None,
        prompt_sha256=sha256(prompt.system.encode()).hexdigest(),
        codebook=book.codebook,
        codebook_version=book.version,
        layers=[layer.id for layer in prompt.layers],
        settings=msgspec.to_builtins(prompt.settings),
        left_out=report["left_out"],
        calibrated=report["calibrated"],
        sentences=report["rows"],
        unanswered=report["rows"] - report["complete"],
    )
    today = date.today() if report["sent"] else None
    keep_disclosure(study.models, found, prompt.system, today=today, is_known=bool(report["cached"]))


def _with_study(pieces: "Pieces", study: "Study | None") -> "Pieces":
    """The study's pieces, whose answers are known if it was asked before, and the others: they calibrate."""
    from annotate.zeroshot.pieces import pieces_of_study

    if study is None or not study.sentences.exists():
        return pieces

    def both() -> "Iterator[Piece]":
        met: set[str] = set()
        for piece in pieces_of_study(study):
            met.update(row.commentary_id for row in piece.rows[:1])
            yield piece
        yield from (piece for piece in pieces() if piece.rows and piece.rows[0].commentary_id not in met)

    return both


def _first(pieces: "Pieces", prompt: "Prompt") -> list[dict[str, str]]:
    for piece in pieces():
        for asked in prompt.questions(piece):
            return asked.talk
    raise SettingsError("there is no sentence to ask about", flag="FILE")


def _shown(talk: list[dict[str, str]]) -> str:
    return "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in talk)


def _plan_words(planned: "Plan", prompt: "Prompt") -> str:
    tokens = planned.prompt_tokens + planned.answer_tokens
    return "\n".join(
        [
            f"{prompt.version()}: {counted(planned.commentaries, 'commentary')}, "
            f"{counted(planned.sentences, 'sentence')}",
            f"{counted(planned.requests, 'request')} to send, {planned.cached:,} answered before",
            f"about {tokens:,} tokens: {planned.prompt_tokens:,} in the questions, "
            f"{planned.answer_tokens:,} in the answers",
            "nothing was sent",
        ]
    )


def _words(report: dict[str, Any]) -> list[str]:
    lines = [
        f"{report['model_version']}: {report['rows']:,} of {counted(report['sentences'], 'sentence')}, "
        f"{report['complete']:,} answered in full",
        f"requests sent {report['sent']:,}, answered before {report['cached']:,}, asked once more "
        f"{report['repaired']:,}; tokens {report['prompt_tokens']:,} + {report['answer_tokens']:,}",
    ]
    for layer, reasons in report["unanswered"].items():
        found = ", ".join(f"{reason} {count:,}" for reason, count in reasons.items())
        lines.append(f"unanswered in {layer}: {found}")
    if report["left_out"]:
        lines.append(f"the endpoint does not take {', '.join(report['left_out'])}; asked without")
    if report["calibrated"]:
        found = ", ".join(f"{name} ({n:,})" for name, n in report["calibrated"].items())
        lines.append(f"scores calibrated on coded sentences: {found}")
    if report["uncalibrated"] and report["rows"]:
        why = (
            "not calibrated, for there are too few coded sentences"
            if report["scored"]
            else "not known: the endpoint gives no token probabilities; --samples 5 asks repeatedly"
        )
        lines.append(f"scores of {', '.join(report['uncalibrated'])} are {why}: marked as unsure everywhere")
    lines += [f"failed {count}: {reason}" for reason, count in report["failed"].items()]
    if report["stopped"]:
        lines.append(f"stopped: {report['stopped']}")
    if report["not_asked"]:
        lines.append(f"{counted(report['not_asked'], 'sentence')} without a row; the same command goes on")
    return lines
