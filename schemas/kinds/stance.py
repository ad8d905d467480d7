"""A stance toward each target."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from schemas.controls import (
    Item,
    Screen,
    child,
    choice_group,
    choice_item,
    control_name,
    header,
    mark_key,
    view,
)
from schemas.kinds.kind import Kind, Parsed, Step
from schemas.layer import NO_TARGET, Code, Layer, NoTarget, Target
from schemas.records import UNRELATED, LayerValue

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


#: The answers that mean something else toward each target; the others mean the same toward all.
_OWN = "favor", "against"


#: What annotators have to know of targets before they read them.
WHAT_A_TARGET_IS = (
    "Jedes Ziel ist eine Frage. Wo der Satz sie berührt, geben Sie die Antwort des Autors an, nicht Ihre "
    "eigene."
)


class Stance(Kind):
    """A code toward each target, ``unrelated`` where a sentence does not touch it."""

    help = "one a target"
    german = "eine Antwort je Ziel"
    by_target = True
    blank_is_value = True
    must_be_touched = True
    shape = "targets"
    value_type = dict

    def values(self, layer: Layer) -> list[str]:
        return layer.stance_values

    def strange(self, layer: Layer, value: Any, targets: Sequence[str]) -> list[str]:
        unknown = [target for target in value if target not in targets]
        return unknown + [code for code in value.values() if code not in layer.stance_values]

    def control_names(self, layer: Layer, targets: Sequence[str]) -> list[str]:
        return [control_name(layer.id, target) for target in (*targets, NO_TARGET)]

    def draw(self, parent: "Element", layer: Layer, screen: Screen) -> None:
        for target in screen.targets:
            _draw_target(parent, layer, target, screen)
        for code in layer.codes:
            if code.id not in (UNRELATED, *_OWN) and screen.say(code.short):
                header(view(parent, "sp-general"), f"{screen.say(code.label)}: {screen.say(code.short)}")
        if layer.no_target:
            _draw_no_target(parent, layer, layer.no_target, screen)

    def codes_of(self, layer: Layer, control: str) -> list[str]:
        return [NO_TARGET] if control.endswith(f"__{NO_TARGET}") else layer.code_ids

    def write(self, layer: Layer, value: Any, targets: Sequence[str]) -> Iterator[Item]:
        touched = {target: code for target, code in value.items() if code != UNRELATED}
        for target in targets:
            if target in touched:
                yield choice_item(control_name(layer.id, target), [touched[target]])
        if not touched and layer.no_target:
            yield choice_item(control_name(layer.id, NO_TARGET), [NO_TARGET])

    def read(self, layer: Layer, ticks: Mapping[str, list[str]], targets: Sequence[str]) -> Parsed:
        stances: dict[str, str] = {}
        problems: list[str] = []
        unknown: list[str] = []
        for target in targets:
            name = control_name(layer.id, target)
            codes = list(dict.fromkeys(ticks.get(name, [])))
            unknown += [f"{name}: {code}" for code in codes if code not in layer.stance_values]
            if len(codes) > 1:
                problems.append(f"{len(codes)} answers toward {target}: {', '.join(codes)}")
            elif codes:
                stances[target] = codes[0]
        tick = control_name(layer.id, NO_TARGET)
        unknown += [f"{tick}: {code}" for code in ticks.get(tick, []) if code != NO_TARGET]
        no_target = bool(ticks.get(tick))
        touched = [target for target, code in stances.items() if code != UNRELATED]
        if no_target and touched:
            problems.append(f"{NO_TARGET} stands beside {', '.join(touched)}")
        if unknown or problems or not (stances or no_target):
            return Parsed(None, problems, unknown)
        return Parsed({target: stances.get(target, UNRELATED) for target in targets})

    def migrate(
        self, layer: Layer, before: Mapping[str, Any], step: Step, left: dict[str, str]
    ) -> LayerValue | None:
        stances: dict[str, str] = {}
        for target in step.new_targets:
            cells = [
                _cell(layer, old_id, value, name, step)
                for old_id, value in before.items()
                for name, images in step.target_images.items()
                if target in images
            ]
            code, trouble = _one_answer([cell for cell in cells if cell is not None], full=None not in cells)
            if trouble:
                left[control_name(layer.id, target)] = trouble
            elif code:
                stances[target] = code
        return stances or None


def _cell(
    layer: Layer, old_id: str, value: Mapping[str, str], target: str, step: Step
) -> tuple[str, str] | None:
    """The new code toward an old target, or why it is open; None where it was not asked."""
    if target not in value:
        return None
    code, images = value[target], step.target_images[target]
    if code == UNRELATED:
        return UNRELATED, ""
    if len(images) > 1:
        return "", f"the target {target} was split into {', '.join(images)}"
    here = [name for layer_id, name in step.code_images(old_id, code) if layer_id == layer.id]
    if len(here) == 1:
        return here[0], ""
    return "", f"{code} was split into {', '.join(here)}" if here else f"{code} was removed"


def _one_answer(cells: Sequence[tuple[str, str]], *, full: bool) -> tuple[str, str]:
    """The answer toward a target that one or several became, or why there is none."""
    trouble = next((why for _, why in cells if why), "")
    answers = list(dict.fromkeys(code for code, why in cells if not why and code != UNRELATED))
    if trouble or len(answers) > 1:
        return "", trouble or f"two targets became one, with {' and '.join(answers)}"
    if answers:
        return answers[0], ""
    # "unrelated" only where all of it was asked
    return (UNRELATED if cells and full else ""), ""


def _draw_target(parent: "Element", layer: Layer, target: Target, screen: Screen) -> None:
    shown = [code for code in layer.codes if code.id != UNRELATED]
    row = view(parent, "sp-target", "sp-wide" if len(shown) > 3 else "")
    header(row, screen.say(target.question), "5")
    choices = choice_group(row, control_name(layer.id, target.id), "single")
    child(view(row, "sp-mark"), "Header", size="6", value=f"${mark_key(target.id)}")
    means = view(row, "sp-means")
    meanings = {"favor": target.favor_means, "against": target.against_means}
    for n, code in enumerate(shown, start=1):
        meaning = screen.say(meanings.get(code.id, "")) or screen.say(code.short)
        key = target.keys.get(code.id)
        box = view(choices, f"sp-c{n}", "" if key else "sp-nokey")
        screen.choice(box, replace(code, short=meaning), key)
        if meaning:
            own = "sp-own" if code.id in _OWN else ""
            header(view(means, f"sp-m{n}", own), f"{screen.say(code.label)}: {meaning}")


def _draw_no_target(parent: "Element", layer: Layer, tick: NoTarget, screen: Screen) -> None:
    row = view(parent, "sp-target", "sp-none")
    header(row, "Keines davon", "5")
    choices = choice_group(row, control_name(layer.id, NO_TARGET), "multiple")
    box = view(choices, "" if tick.key else "sp-nokey")
    screen.choice(box, Code(id=NO_TARGET, label=tick.label, short=tick.short), tick.key)
