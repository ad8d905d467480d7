"""A JSON Schema of ``codebook.yaml``, for editors: they complete fields and mark what is amiss.

Made from the record types, so it cannot fall behind them. It says what a file looks like;
`schemas.lint` says the rest.
"""

from typing import Any

import msgspec

from schemas.codebook import KEY, NAME, Codebook
from schemas.kinds import KINDS
from schemas.schemes import SCHEMES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: Record.field → what an editor says beside it.
HELP = {
    "Codebook.codebook": "Name of the codebook.",
    "Codebook.version": "MAJOR.MINOR.PATCH: meaning changed, new code, wording.",
    "Codebook.language": "Language of the texts in it, such as de.",
    "Codebook.title": "What the guidelines are headed with.",
    "Codebook.description": "What is coded here, in a few sentences; the guidelines begin with it.",
    "Codebook.targets": "What a stance can be about.",
    "Codebook.layers": "What is coded in every sentence.",
    "Codebook.rules": "Rules of the guidelines for sentences that are hard.",
    "Codebook.schemes": "Schemes of your own that `maps` may name: scheme to the names of its codes.",
    "Target.id": "Stored and never changed: a-z, then a-z, 0-9 and _.",
    "Target.question": "One question that is answered with yes or no.",
    "Target.type": "policy: shall it be? evaluation: is it good? belief: is it so?",
    "Target.favor_means": "What yes means here.",
    "Target.against_means": "What no means here.",
    "Target.aliases": "Words that often stand near: a hint and a feature, never a filter.",
    "Target.keys": "Code of the stance layer to its key for this target.",
    "Layer.id": "Stored and never changed: a-z, then a-z, 0-9 and _.",
    "Layer.label": "What the screen and the guidelines call it.",
    "Layer.codes": "What may be chosen; every kind but text has them.",
    "Layer.short": "One line for the guidelines; the placeholder of a text field.",
    "Layer.required": "Whether a sentence without it is incomplete.",
    "Layer.predict": "false: about the coding, not the sentence; never trained, suggested or evaluated.",
    "Layer.exclusive": "Codes of a set that exclude all others.",
    "Layer.no_target": "The tick of a stance layer: looked, and no target is touched.",
    "Layer.required_message": "What the screen says where it is missing.",
    "Code.id": "Stored and never changed: a-z, then a-z, 0-9 and _; on a scale 1, 2, …",
    "Code.label": "What the button says.",
    "Code.short": "The rule in one line, 75 characters or so; it stands beside the button.",
    "Code.use_when": "When to give it.",
    "Code.avoid_when": "When not to.",
    "Code.ask": "The question that decides.",
    "Code.examples": "Sentences it fits.",
    "Code.near_misses": "Sentences that look alike and are coded otherwise (`instead`).",
    "Code.key": "a-z, 0-9 or shift+a … shift+z, unique on the screen; without one a code is clicked.",
    "Code.parent": "The code it is a finer case of; shown once that one is ticked, and brings it along.",
    "Code.maps": "Published scheme to the name of this code there.",
    "Example.text": "The sentence.",
    "Example.note": "Why it fits, or does not.",
    "Example.instead": "The code that is right instead.",
    "NoTarget.label": "What the button says.",
    "NoTarget.short": "The rule in one line.",
    "NoTarget.key": "Its key, as of a code.",
    "Rule.id": "Stored and never changed: a-z, then a-z, 0-9 and _.",
    "Rule.title": "What kind of sentence it is about.",
    "Rule.text": "How such sentences are coded; in the guidelines and in the short instructions.",
    "Rule.examples": "Sentences it settles.",
}


def editor_schema() -> dict[str, Any]:
    """The JSON Schema of a codebook, draft 2020-12."""
    made = msgspec.json.schema(Codebook)
    for name, record in made["$defs"].items():
        record.pop("description", None)
        for field, about in record["properties"].items():
            about.pop("default", None)
            if help_text := HELP.get(f"{name}.{field}"):
                about["description"] = help_text
    defs = made["$defs"]
    defs["Codebook"]["anyOf"] = [{"required": ["layers"]}, {"required": ["targets"]}]
    for name in ("Target", "Layer"):
        defs[name]["properties"]["id"]["pattern"] = f"^{NAME.pattern}$"
    kinds = "; ".join(f"{name}: {kind.help}" for name, kind in KINDS.items())
    defs["Layer"]["properties"]["kind"] = {"enum": sorted(KINDS), "description": f"{kinds}."}
    key = {"type": "string", "pattern": f"^{KEY.pattern}$"}
    for name in ("Code", "NoTarget"):
        defs[name]["properties"]["key"] = {**defs[name]["properties"]["key"], **key}
        defs[name]["properties"]["key"].pop("anyOf", None)
    defs["Target"]["properties"]["keys"]["additionalProperties"] = key
    defs["Code"]["properties"]["maps"]["properties"] = {
        scheme: {"anyOf": [{"enum": names}, {"type": "array", "items": {"enum": names}}]}
        for scheme, names in SCHEMES.items()
    }
    schema: dict[str, Any] = {"$schema": DIALECT, "title": "Standpunkt codebook", **made}
    loosened: dict[str, Any] = _loosened(schema)
    return loosened


def _loosened(value: Any) -> Any:
    """Every plain value is read as a string, so ``key: 1`` and ``id: no`` are as good as quoted."""
    if isinstance(value, list):
        return [_loosened(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "string":
        return {**value, "type": ["string", "number", "boolean"]}
    return {key: _loosened(item) for key, item in value.items()}
