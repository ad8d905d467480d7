"""Commentaries become sentences with offsets, by the pure rules or by a spaCy pipeline.

The only module that knows spaCy, and it imports it only where a pipeline is made: what must start
at once calls the rules alone (`annotate.texts.boundaries`). Both give the same sentences.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice, pairwise
from typing import Any, NamedTuple

import msgspec

from annotate.texts.boundaries import sentence_spans
from annotate.texts.languages import GERMAN, splitter_words
from annotate.texts.wordlists import has_words
from schemas.errors import SettingsError
from schemas.records import Block, Commentary, Entity, IdRegister, Sentence, Token

COMPONENT = "standpunkt_sentences"
_BATCH = 100  # commentaries, after which spaCy forgets the words it met
_OTHER_SPACE = re.compile(r"[^\S \x1f]")  # U+001F is not seen, and no white space to anybody but Python
_NO_START = 2**64 - 1  # spaCy's -1, in the unsigned numbers of its arrays
_BODY = ("paragraph", "list_item")
#: spaCy takes marks off a run of characters without space one by one, each time from what is left: 20,000
#: brackets took 39 s. Runs longer than any address are cut into parts, which become tokens of their own.
_LONG_RUN, _PART = re.compile(r"\S{1000,}"), 200


class _SentenceSpan(NamedTuple):
    """A sentence of a block, with what a pipeline says of it; offsets into the commentary."""

    block: int
    start: int
    end: int
    tokens: list[Token] | None = None
    entities: list[Entity] | None = None


def split_sentences(
    commentary: Commentary, *, language: str = GERMAN, nlp: Any | None = None
) -> list[Sentence]:
    """The sentences of a commentary's paragraphs and list items, in their order, by its language's rules.

    Without rules of our own for it spaCy's sentencizer splits (`splitter_note` says so).

    Parameters
    ----------
    language
        Of a commentary that names none.
    nlp
        A spaCy pipeline from `make_nlp`, whose lemmas, tags and entities go into the records.
        None, or one for another language: the rules alone.
    """
    if nlp is not None and commentary.language and nlp.lang != commentary.language:
        nlp = None
    language = commentary.language or language
    if nlp is None and not has_words(language):
        nlp = _blank(language)
    spans = _by_rules(commentary, language) if nlp is None else _by_pipeline(commentary, nlp)
    return _records(commentary, list(spans))


def split_commentaries(
    commentaries: Iterable[Commentary], *, language: str = GERMAN, nlp: Any | None = None
) -> Iterator[tuple[Commentary, list[Sentence]]]:
    """Each commentary with its sentences; memory does not grow with their number."""
    waiting = iter(commentaries)
    while batch := list(islice(waiting, _BATCH if nlp is not None else 1)):
        if nlp is None:
            done = [split_sentences(commentary, language=language) for commentary in batch]
        else:
            with nlp.memory_zone():
                done = [split_sentences(commentary, language=language, nlp=nlp) for commentary in batch]
        yield from zip(batch, done, strict=True)


def splitter_note(language: str) -> str | None:
    """What to tell a user whose language has no rules of its own here; None if it has."""
    if has_words(language):
        return None
    return splitter_words(language)


def make_nlp(pipeline: str | None, language: str = "de") -> Any:
    """A spaCy pipeline that splits sentences by our rules.

    Parameters
    ----------
    pipeline
        The name or folder of an installed pipeline, whose own sentence splitting is left out;
        None for a blank one.
    language
        Of the blank pipeline. Without rules for it the pipeline gets spaCy's sentencizer.

    Raises
    ------
    SettingsError
        There is no such pipeline or language.
    """
    import spacy

    try:
        nlp = spacy.load(pipeline) if pipeline else spacy.blank(language)
    except (OSError, ImportError, ValueError) as error:
        raise _not_there(pipeline, language) from error
    if has_words(nlp.lang):
        for name in ("parser", "senter", "sentencizer"):
            if name in nlp.pipe_names:
                nlp.remove_pipe(name)
        if COMPONENT not in nlp.pipe_names:
            nlp.add_pipe(COMPONENT, first=True)
    elif not {"parser", "senter", "sentencizer"} & set(nlp.pipe_names):
        nlp.add_pipe("sentencizer", first=True)
    nlp.max_length = 10**9  # spaCy's limit guards its parser, which does not run here
    return nlp


@cache
def _blank(language: str) -> Any:
    """A pipeline for a language; one for any where spaCy does not know it, or needs more for it."""
    try:
        return make_nlp(None, language)
    except SettingsError:
        return make_nlp(None, "xx")


def _not_there(pipeline: str | None, language: str) -> SettingsError:
    if pipeline:
        advice = f"install it with: python -m spacy download {pipeline}"
        return SettingsError(f'spaCy cannot load a pipeline "{pipeline}"; {advice}', flag="--pipeline")
    return SettingsError(f'spaCy knows no language "{language}", expected one such as de', flag="--language")


class SentenceBoundaries:
    """The spaCy component: writes ``is_sent_start`` from the rules, with one call for a document."""

    def __init__(self, language: str) -> None:
        from spacy.attrs import IDX, SENT_START

        self.language = language
        self._offsets, self._starts = IDX, SENT_START

    def __call__(self, doc: Any) -> Any:
        import numpy

        if not len(doc):
            return doc
        starts = [start for start, _ in sentence_spans(doc.text, language=self.language)]
        # -1 and not 0: a document of one sentence would else count as not split at all
        marks = numpy.full((len(doc), 1), _NO_START, dtype="uint64")
        marks[0] = 1
        if len(starts) > 1:
            marks[doc.to_array(self._offsets).searchsorted(numpy.array(starts[1:], dtype="uint64"))] = 1
        return doc.from_array([self._starts], marks)


@cache
def _factory() -> Callable[..., Any]:
    from spacy.language import Language

    def make_component(nlp: Any, name: str, language: str | None) -> SentenceBoundaries:
        language = language or nlp.lang
        if not has_words(language):
            raise SettingsError(f'{COMPONENT} has no rules for language "{language}"')
        return SentenceBoundaries(language)

    assigns = ["token.is_sent_start", "doc.sents"]
    Language.factory(COMPONENT, assigns=assigns, default_config={"language": None}, func=make_component)
    return make_component


def __getattr__(name: str) -> Any:
    """``make_component`` is made when spaCy asks for it, so that this module loads without spaCy."""
    if name == "make_component":
        return _factory()
    raise AttributeError(name)


def _body(commentary: Commentary) -> Iterator[tuple[int, Block, str]]:
    """The blocks that hold sentences; in the text handed on any white space is a plain space.

    A line break in a block only wraps a line, and no-break spaces would send spaCy's tokenizer
    on its slow way. Offsets stay as they are.
    """
    for n, block in enumerate(commentary.blocks):
        if block.kind in _BODY:
            yield n, block, _OTHER_SPACE.sub(" ", commentary.text[block.start : block.end])


def _by_rules(commentary: Commentary, language: str) -> Iterator[_SentenceSpan]:
    for n, block, plain in _body(commentary):
        spans = [(0, len(plain))] if block.whole else sentence_spans(plain, language=language)
        for start, end in spans:
            yield _SentenceSpan(n, block.start + start, block.start + end)


def _by_pipeline(commentary: Commentary, nlp: Any) -> Iterator[_SentenceSpan]:
    body = list(_body(commentary))
    docs = nlp.pipe(_in_parts(plain, nlp) for _, _, plain in body)
    for (n, block, plain), doc in zip(body, docs, strict=True):
        has_tokens = doc.has_annotation("LEMMA") or doc.has_annotation("TAG")
        has_entities = doc.has_annotation("ENT_IOB")
        for sent in [doc[:]] if block.whole else doc.sents:
            words = plain[sent.start_char : sent.end_char]
            if not words.strip():
                continue
            start = block.start + sent.start_char + len(words) - len(words.lstrip())
            end = block.start + sent.start_char + len(words.rstrip())
            tokens = (
                [_token(token, block.start) for token in sent if not token.is_space] if has_tokens else None
            )
            entities = [_entity(entity, block.start) for entity in sent.ents] if has_entities else None
            yield _SentenceSpan(n, start, end, tokens, entities)


def _in_parts(text: str, nlp: Any) -> Any:
    """The text as spaCy's ``pipe`` takes it: as it is, or tokenized already where a run is long."""
    cuts = [cut for run in _LONG_RUN.finditer(text) for cut in range(run.start(), run.end(), _PART)]
    if not cuts:
        return text
    from spacy.tokens import Doc

    edges = pairwise(dict.fromkeys([0, *cuts, len(text)]))
    return Doc.from_docs([nlp.make_doc(text[a:b]) for a, b in edges], ensure_whitespace=False)


def _token(token: Any, offset: int) -> Token:
    start = offset + token.idx
    return Token(start=start, end=start + len(token.text), lemma=token.lemma_, tag=token.tag_ or token.pos_)


def _entity(entity: Any, offset: int) -> Entity:
    return Entity(start=offset + entity.start_char, end=offset + entity.end_char, label=entity.label_)


def _records(commentary: Commentary, spans: list[_SentenceSpan]) -> list[Sentence]:
    ids = IdRegister()
    sentences: list[Sentence] = []
    block = -1
    for index, span in enumerate(spans):
        text = commentary.text[span.start : span.end]
        source = commentary.blocks[span.block]
        continues = span.block != block and source.continues
        block = span.block
        sentence_id = ids.sentence(commentary.commentary_id, text)
        chain_id = _chain(sentences) if continues else None
        sentences.append(
            Sentence(
                sentence_id=sentence_id,
                commentary_id=commentary.commentary_id,
                index=index,
                start=span.start,
                end=span.end,
                text=text,
                kind="list_item" if source.kind == "list_item" else "sentence",
                continues=continues,
                chain_id=chain_id,
                block=span.block,
                tokens=span.tokens,
                entities=span.entities,
            )
        )
    return sentences


def _chain(sentences: list[Sentence]) -> str | None:
    """The id of the chain that goes on with the last sentence, which becomes its first if need be."""
    if not sentences:
        return None
    last = sentences[-1]
    if last.chain_id is None:
        sentences[-1] = msgspec.structs.replace(last, chain_id=last.sentence_id)
    return last.chain_id or last.sentence_id


Piece = tuple[Commentary, list[Sentence]]
