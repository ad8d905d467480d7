"""UIMA CAS XMI with its type system: a layer for each of the codebook, as INCEpTION imports it.

The XMI is written as text: it is short, has the same bytes each time, and a library for it (dkpro-cassis)
is what the tests read it with.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from exports.formats.material import Answers, Material, Unit
from exports.formats.options import Options
from exports.formats.passages import (
    Document,
    by_coder,
    coded,
    documents,
    folders_of,
    for_xml,
    tokens,
    utf16_units,
    write_import_map,
)
from schemas.kinds import KINDS
from schemas.layer import Layer

TYPES = "TypeSystem.xml"
#: INCEpTION's name of a document before anybody began: it is made of this where several people coded it.
INITIAL = "INITIAL_CAS"
#: Features that every annotation has: a target of that name has an underscore behind it.
_RESERVED = ("begin", "end", "sofa")
_DKPRO = "de.tudarmstadt.ukp.dkpro.core.api."
_TOKEN, _SENTENCE = f"{_DKPRO}segmentation.type.Token", f"{_DKPRO}segmentation.type.Sentence"
_METADATA = f"{_DKPRO}metadata.type.DocumentMetaData"
_CUSTOM = "webanno.custom"
_NAMESPACES = {
    "xmi": "http://www.omg.org/XMI",
    "cas": "http:///uima/cas.ecore",
    "metadata": "http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore",
    "segmentation": "http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore",
    "custom": "http:///webanno/custom.ecore",
}


class Span(NamedTuple):
    """An annotation of a layer: feature → value."""

    layer: Layer
    values: dict[str, str]


def type_of(layer: Layer) -> str:
    return f"{_CUSTOM}.{layer.id}"


def features_of(material: Material, layer: Layer) -> list[str]:
    """The features of a layer's type: one for each target where it asks so, else ``code`` or ``words``."""
    kind = KINDS[layer.kind]
    if kind.by_target:
        return [feature_of(target) for target in material.codebook.target_ids]
    return ["code" if kind.has_codes else "words"]


def feature_of(target: str) -> str:
    """The feature in which a stance layer says something of a target."""
    return f"{target}_" if target in _RESERVED else target


def spans(material: Material, row: Answers) -> list[Span]:
    """What a row marks in its sentence: a layer once, a set once for each code."""
    found: list[Span] = []
    for layer, target, code in coded(material, row):
        if target is None:
            found.append(Span(layer, {features_of(material, layer)[0]: code}))
        elif found and found[-1].layer is layer:
            found[-1].values[feature_of(target)] = code
        else:
            found.append(Span(layer, {feature_of(target): code}))
    return found


def write(material: Material, folder: Path, options: Options) -> None:
    """``annotations.zip``, a document for each text and coder, with ``TypeSystem.xml`` beside it as well."""
    said, folders = material.by_unit(), folders_of(material)
    types = type_system(material)
    (folder / TYPES).write_text(types, "utf-8")
    write_import_map(folder, import_map(material))
    with ZipFile(folder / "annotations.zip", "w") as archive:
        archive.writestr(TYPES, types)
        for document in documents(material):
            write_one = _writer(material, document)
            if len(folders) > 1:
                archive.writestr(f"annotators/{INITIAL}/{document.name}.xmi", write_one(INITIAL, {}))
            for coder, rows in by_coder(document, said).items():
                archive.writestr(f"{folders[coder]}/{document.name}.xmi", write_one(coder, rows))


def import_map(material: Material) -> dict[str, dict[str, Any]]:
    """Which target a feature is, for our own import: those in which something is said."""
    controls = {}
    for layer in material.codebook.layers:
        if not KINDS[layer.kind].by_target:
            continue
        said = {one.target for row in material.rows for one in coded(material, row) if one.layer is layer}
        one_only = len(material.codebook.targets) == 1
        for target in material.codebook.target_ids:
            name = layer.id if one_only else f"{layer.id}.{feature_of(target)}"
            if target in said:
                controls[name] = {"layer": layer.id, "target": target}
    return controls


# ------------------------------------------------------------------ types


def type_system(material: Material) -> str:
    """The UIMA type system: INCEpTION makes its layers from it, for both formats."""
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier"><types>',
            *_type(_SENTENCE, "", "uima.tcas.Annotation", {"id": ""}),
            *_type(_TOKEN, "", "uima.tcas.Annotation", {}),
            *_type(_METADATA, "", "uima.tcas.DocumentAnnotation", {"documentTitle": "", "documentId": ""}),
            *(line for layer in material.codebook.layers for line in _layer_type(material, layer)),
            "</types></typeSystemDescription>\n",
        ]
    )


def _layer_type(material: Material, layer: Layer) -> Iterator[str]:
    book = material.codebook
    codes = ", ".join(f"{code.id} ({book.say(code.label)})" for code in layer.codes)
    about = for_xml(material, ": ".join(filter(None, (book.say(layer.label), codes))))
    asked = {feature_of(target.id): book.say(target.question) for target in book.targets}
    features = {name: for_xml(material, asked.get(name, "")) for name in features_of(material, layer)}
    yield from _type(type_of(layer), about, "uima.tcas.Annotation", features)


def _type(name: str, about: str, above: str, features: dict[str, str]) -> Iterator[str]:
    yield f"<typeDescription><name>{name}</name><description>{escape(about)}</description>"
    yield f"<supertypeName>{above}</supertypeName><features>"
    for feature, words in features.items():
        yield (
            f"<featureDescription><name>{feature}</name><description>{escape(words)}</description>"
            "<rangeTypeName>uima.cas.String</rangeTypeName></featureDescription>"
        )
    yield "</features></typeDescription>"


# ------------------------------------------------------------------ documents


def _writer(material: Material, document: Document) -> Callable[[str, dict[str, Answers]], str]:
    """Gives what a coder says of a text as XMI; the text and its words are the same for all."""
    text = for_xml(material, document.text)
    place = utf16_units(text)
    head = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    title = quoteattr(for_xml(material, document.commentary.title or document.name))
    marked: list[tuple[Unit, str]] = []
    shared: list[str] = []
    for start, end, unit in document.passages:
        at = f'sofa="1" begin="{place(start)}" end="{place(end)}"'
        name = f" id={quoteattr(for_xml(material, unit.sentence_id))}" if unit else ""
        shared.append(f"segmentation:Sentence {at}{name}")
        shared += [
            f'segmentation:Token sofa="1" begin="{place(a)}" end="{place(b)}"'
            for a, b in tokens(text, start, end)
        ]
        if unit is not None:
            marked.append((unit, at))
    before = _numbered(shared, 3)
    sofa = (
        '<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text/plain" '
        f"sofaString={quoteattr(text)}/>"
    )

    def written(coder: str, rows: dict[str, Answers]) -> str:
        own = [
            f"custom:{span.layer.id} {at} {_values(material, span)}"
            for unit, at in marked
            if unit.sentence_id in rows
            for span in spans(material, rows[unit.sentence_id])
        ]
        about = (
            f'<metadata:DocumentMetaData xmi:id="2" sofa="1" begin="0" end="{place(len(text))}" '
            f'language="{material.codebook.language}" documentTitle={title} '
            f"documentId={quoteattr(for_xml(material, coder))}/>"
        )
        members = " ".join(map(str, range(2, 3 + len(shared) + len(own))))
        return "\n".join(
            [
                '<?xml version="1.0" encoding="UTF-8"?>',
                f'<xmi:XMI {head} xmi:version="2.0">',
                '<cas:NULL xmi:id="0"/>',
                about,
                *before,
                *_numbered(own, 3 + len(shared)),
                sofa,
                f'<cas:View sofa="1" members="{members}"/>',
                "</xmi:XMI>\n",
            ]
        )

    return written


def _numbered(elements: list[str], first: int) -> list[str]:
    found = []
    for n, element in enumerate(elements, first):
        name, _, attributes = element.partition(" ")
        found.append(f'<{name} xmi:id="{n}" {attributes}/>')
    return found


def _values(material: Material, span: Span) -> str:
    return " ".join(f"{name}={quoteattr(for_xml(material, value))}" for name, value in span.values.items())
