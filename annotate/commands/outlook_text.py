"""What a model's layers are good for now, why not for more, and what would change it, in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from annotate.analysis.outlook import more_like_these, parted_codes, ticked_directions
from annotate.commands.plain_words import code_words
from schemas.decimals import counted, decimal

if TYPE_CHECKING:
    from train.model import LayerState, ModelMeta


class Outlook(NamedTuple):
    """Whether a layer is suggested, and what there is to say of that."""

    layer: str
    suggests: bool
    words: str

    def __str__(self) -> str:
        return f"{self.layer}: {self.words}"


def outlooks(meta: "ModelMeta") -> list[Outlook]:
    """Of each layer what it is good for now."""
    return [_outlook(name, state, meta) for name, state in meta.layers.items()]


def too_few(meta: "ModelMeta") -> str | None:
    """A warning where so little is coded that no layer is suggested; None where there is enough."""
    if meta.n >= meta.settings.min_layer:
        return None
    return (
        f"{counted(meta.n, 'coded sentence')} of {counted(len(meta.commentaries), 'commentary')}: too few to "
        f"suggest anything, which begins with {meta.settings.min_layer}, and its figures say little"
    )


def _outlook(name: str, state: "LayerState", meta: "ModelMeta") -> Outlook:
    from train.layers.kinds import KINDS

    def no(why: str) -> Outlook:
        return Outlook(name, False, f"no suggestions yet: {why}")

    if not state.trained:
        return no(state.reason or "not trained")
    if state.n < (least := meta.settings.min_layer):
        more = counted(least - state.n, "more sentence")
        return no(f"coded in {counted(state.n, 'sentence')}, it takes {least} ({more})")
    if KINDS[state.kind].has_targets:
        if state.sure.get("answer", 1.0) >= 1:
            return no(state.reason or "no target is touched often enough")
        suggests = state.sure["touched"] < 1 or bool(ticked_directions(state))
        said = "; ".join(_stance(state, meta))
        return Outlook(name, True, f"suggestions yes{_figures(name, meta)}: {said}") if suggests else no(said)
    if len([code for code, n in state.codes.items() if n]) == 1:
        return no(state.reason or "only one code was seen")
    sure, rare, unsure = parted_codes(state, meta.settings)
    words = [code_words(meta.book, name, code) for code in unsure]
    why = [f"not right often enough: {', '.join(words)} (more coded sentences help)"] if words else []
    if rare:
        least = meta.settings.min_code
        few = (f"{code_words(meta.book, name, code)} {n}" for code, n in rare.items())
        why.append(f"too few examples, it takes {least}: {', '.join(few)}")
    if not sure:
        return no("; ".join(why))
    given = ", ".join(code_words(meta.book, name, code) for code in sure)
    left = f": {given}; not yet: {'; '.join(why)}" if why else ""
    return Outlook(name, True, f"suggestions yes{_figures(name, meta)}{left}")


def _figures(name: str, meta: "ModelMeta") -> str:
    """How well the model does, and people where several coded."""
    figures: dict[str, Any] = (meta.figures or {}).get("layers", {}).get(name, {})
    people = figures.get("ceiling") or {}
    if people.get("model_macro_f1") is not None and people.get("macro_f1") is not None:
        model, person = (decimal(people[key], 2) for key in ("model_macro_f1", "macro_f1"))
        return f" (macro-F1 where several coded {model}, people {person})"
    return f" (macro-F1 {decimal(figures['macro_f1'], 2)})" if figures.get("macro_f1") is not None else ""


def _stance(state: "LayerState", meta: "ModelMeta") -> Iterator[str]:
    needed = state.choices.get("needed", {})
    if state.sure["touched"] < 1:
        yield f"marks touched targets from a probability of {state.sure['touched']:.2f} on"
    else:
        yield f"marks no target as touched yet: {_missing(needed.get('touched', 0.0), state.n)}"
    if not state.authors:
        yield "ticks no direction: no coded text has an author, and words alone do not tell it"
    elif ticked_directions(state):
        yield f"ticks directions for {counted(len(state.authors), 'known author')}, of others none"
    else:
        yield f"ticks no direction yet: {_missing(needed.get('direction', 0.0), state.n)}"


def _missing(times: float, sentences: int) -> str:
    """How many more coded sentences it takes, if they are like those that are coded."""
    more = more_like_these(times, sentences)
    if more is None:
        return "too few right answers to say how many more sentences it takes"
    return f"about {more} more coded sentences like these"
