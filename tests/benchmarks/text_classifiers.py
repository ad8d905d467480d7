"""The classifiers that bench_train.py measures, behind one face; each runs in a process of its own.

    python text_classifiers.py NAME

reads a JSON line a command from stdin and answers with one: "fit" {texts, labels: a list a layer},
"label" {texts, repeat}, "one" {texts}, "answer" {texts}, "memory" {texts, times}. Seconds are CPU seconds.
"""

import gc
import json
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
Texts = list[dict[str, str]]  # text, before, after, commentary_id; of a target: target, question, codebook
SEED = 0


class Standpunkt:
    """The default pipeline: labels and calibrated probabilities as arrays, or as the command's records."""

    records = False

    def fit(self, texts: Texts, labels: Sequence[Sequence[str]]) -> dict[str, float]:
        sys.path.insert(0, str(ROOT))
        from schemas.codebook import Code, Codebook, Layer
        from train.fit import fit
        from train.settings import Settings

        if "target" in texts[0]:
            return self._fit_stances(texts, labels[0])
        names = [f"layer{i}" for i in range(len(labels))]
        layers = [
            Layer(
                id=name,
                kind="one",
                label=name,
                codes=[Code(id=code, label=code) for code in sorted(set(row))],
            )
            for name, row in zip(names, labels, strict=True)
        ]
        book = Codebook(codebook="bench", version="1.0.0", language="de", title="Bench", layers=layers)
        rows = [
            self._row(text, dict(zip(names, row, strict=True)))
            for text, row in zip(texts, zip(*labels, strict=True), strict=True)
        ]
        if len(labels) > 1:  # made-up layers: their C is nothing to wait for
            self.model, _ = fit(rows, book, settings=Settings(reasons=0), seed=SEED)
            return {"bare": self._bare(rows, labels)}
        begin = time.process_time()
        self.model, _ = fit(rows, book, settings=Settings(reasons=0), seed=SEED)
        whole = time.process_time() - begin
        return {"whole": whole, "bare": self._bare(rows, labels)}

    def _fit_stances(self, texts: Texts, labels: Sequence[str]) -> dict[str, float]:
        from schemas.codebook import load_codebook
        from train.fit import fit
        from train.settings import Settings

        rows = [
            self._row(text, {"stance": {text["target"]: code}})
            for text, code in zip(texts, labels, strict=True)
        ]
        begin = time.process_time()
        book = load_codebook(Path(texts[0]["codebook"]))
        self.model, _ = fit(rows, book, settings=Settings(reasons=0), seed=SEED)
        return {"whole": time.process_time() - begin}

    def stances(self, texts: Texts) -> list[list[str]]:
        """Of the two ways to lean, as the peers know no other answer."""
        from train.predict import predict

        asked = [{"stance": [text["target"]]} for text in texts]
        answers = predict(self.model, self.prepare(texts), asked=asked)
        scores = [p.layers["stance"][t["target"]].scores for p, t in zip(answers, texts, strict=True)]
        return [[max(("favor", "against"), key=lambda code: row.get(code, 0.0)) for row in scores]]

    def _bare(self, rows: Any, labels: Sequence[Sequence[str]]) -> float:
        """What training takes without inner cross-validation: features, and a classifier a layer."""
        from sklearn.svm import LinearSVC

        from train.features.passages import to_passages
        from train.features.sentence import SentenceFeatures

        begin = time.process_time()
        matrix = SentenceFeatures().fit_transform(to_passages(rows, with_whole=False))
        for row in labels:
            LinearSVC(C=0.1, class_weight="balanced", tol=2e-3, random_state=SEED).fit(matrix, row)
        return time.process_time() - begin

    def _row(self, text: dict[str, str], layers: dict[str, str]) -> Any:
        from schemas.records import GoldSentence

        return GoldSentence(
            sentence_id=text["sentence_id"],
            commentary_id=text["commentary_id"],
            text=text["text"],
            before=text["before"],
            after=text["after"],
            layers=layers,  # type: ignore[arg-type]
        )

    def prepare(self, texts: Texts) -> Any:
        return [self._row(text, {}) for text in texts]

    def label(self, rows: Any) -> list[list[str]]:
        from train.features.passages import to_passages
        from train.predict import predict

        if self.records:
            found = predict(self.model, rows)
            return [[str(p.layers[name].code) for p in found] for name in self.model.classifiers]
        scores = self.model.scores(to_passages(rows, with_whole=False))
        answers = []
        for name, classifiers in self.model.classifiers.items():
            chance = classifiers["code"].to_probabilities(
                scores[name, "code"] + classifiers["code"].intercept_
            )
            answers.append(classifiers["code"].classes_[chance.argmax(axis=1)])
        return answers

    def save(self, folder: Path) -> None:
        from train.persistence.folder import save_model

        save_model(self.model, folder / "model")


def asked_text(text: dict[str, str]) -> str:
    """What a peer reads: the sentence, after its target's question where there is one."""
    return f"{text['question']} {text['text']}" if "question" in text else text["text"]


class FastText:
    """Words, pairs, character n-grams; a model a layer, as fastText has one set of labels a model."""

    def fit(self, texts: Texts, labels: Sequence[Sequence[str]]) -> dict[str, float]:
        import fasttext

        begin = time.process_time()
        self.models = []
        for row in labels:
            with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
                lines = zip(row, self.prepare(texts), strict=True)
                file.writelines(f"__label__{label} {self.line(text)}\n" for label, text in lines)
                file.flush()
                self.models.append(
                    fasttext.train_supervised(
                        file.name,
                        dim=50,
                        lr=0.5,
                        epoch=25,
                        wordNgrams=2,
                        minn=3,
                        maxn=5,
                        thread=1,
                        seed=SEED,
                        verbose=0,
                    )
                )
        return {"bare": time.process_time() - begin}

    def prepare(self, texts: Texts) -> list[str]:
        return [asked_text(text) for text in texts]

    def line(self, text: str) -> str:
        return " ".join(re.findall(r"\w+|[^\w\s]", text.lower()))

    def label(self, texts: list[str]) -> list[list[str]]:
        found = []
        for model in self.models:  # a user of three models tokenises for each, or shares it: shared here
            lines = [self.line(text) for text in texts] if model is self.models[0] else lines  # noqa: F821
            labels, _ = model.predict(lines, k=-1)
            found.append([row[0].removeprefix("__label__") for row in labels])
        return found

    def save(self, folder: Path) -> None:
        for i, model in enumerate(self.models):
            model.save_model(str(folder / f"{i}.bin"))


class ScikitLearn:
    """Tf-idf of words, pairs and character n-grams, balanced linear SVM, sigmoid calibration."""

    def fit(self, texts: Texts, labels: Sequence[Sequence[str]]) -> dict[str, float]:
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_union
        from sklearn.svm import LinearSVC

        lines = self.prepare(texts)
        begin = time.process_time()
        self.features = make_union(
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"\w+|[^\w\s]"),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True),
        )
        matrix = self.features.fit_transform(lines)
        svm = LinearSVC(C=0.1, class_weight="balanced", random_state=SEED)
        for row in labels:
            svm.fit(matrix, row)
        bare = time.process_time() - begin
        self.heads = [CalibratedClassifierCV(svm, cv=3, ensemble=False).fit(matrix, row) for row in labels]
        return {"whole": time.process_time() - begin, "bare": bare}

    def prepare(self, texts: Texts) -> list[str]:
        return [asked_text(text) for text in texts]

    def label(self, texts: list[str]) -> list[list[str]]:
        matrix = self.features.transform(texts)
        return [head.classes_[head.predict_proba(matrix).argmax(axis=1)] for head in self.heads]

    def save(self, folder: Path) -> None:
        import joblib

        joblib.dump((self.features, self.heads), folder / "model.joblib")


class Spacy:
    """spaCy's textcat, for the first layer."""

    model: dict[str, Any] = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 2,
        "no_output_layer": False,
        "length": 262144,
    }
    epochs = 5

    def fit(self, texts: Texts, labels: Sequence[Sequence[str]]) -> dict[str, float]:
        import random

        import spacy
        from spacy.training import Example

        row, lines = labels[0], self.prepare(texts)
        begin = time.process_time()
        spacy.util.fix_random_seed(SEED)
        self.nlp = spacy.blank("de")
        self.nlp.add_pipe("textcat", config={"model": self.model})
        codes = sorted(set(row))
        examples = [
            Example.from_dict(
                self.nlp.make_doc(text), {"cats": {code: float(code == label) for code in codes}}
            )
            for text, label in zip(lines, row, strict=True)
        ]
        optimizer = self.nlp.initialize(lambda: examples[:2000])
        order = random.Random(SEED)
        for _ in range(self.epochs):
            order.shuffle(examples)
            for at in range(0, len(examples), 64):
                self.nlp.update(examples[at : at + 64], sgd=optimizer, drop=0.2)
        return {"bare": time.process_time() - begin}

    def prepare(self, texts: Texts) -> list[str]:
        return [asked_text(text) for text in texts]

    def label(self, texts: list[str]) -> list[list[str]]:
        return [[max(doc.cats, key=doc.cats.__getitem__) for doc in self.nlp.pipe(texts, batch_size=256)]]

    def save(self, folder: Path) -> None:
        self.nlp.to_disk(folder / "model")


class SpacyEnsemble(Spacy):
    model = {
        "@architectures": "spacy.TextCatEnsemble.v2",
        "linear_model": Spacy.model,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": 64,
                "rows": [2000, 2000, 500, 1000, 500],
                "attrs": ["NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE"],
                "include_static_vectors": False,
            },
            "encode": {
                "@architectures": "spacy.MaxoutWindowEncoder.v2",
                "width": 64,
                "window_size": 1,
                "maxout_pieces": 3,
                "depth": 2,
            },
        },
    }
    epochs = 3


SYSTEMS: dict[str, Callable[[], Any]] = {
    "standpunkt": Standpunkt,
    "fastText": FastText,
    "scikit-learn": ScikitLearn,
    "spaCy bow": Spacy,
    "spaCy ensemble": SpacyEnsemble,
}


def answer(system: Any, command: dict[str, Any]) -> dict[str, Any]:
    if command["do"] == "fit":
        found = system.fit(command["texts"], command["labels"])
        with tempfile.TemporaryDirectory() as folder:
            system.save(Path(folder))
            size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        return {"seconds": found, "megabytes": size / 1e6}
    system.records = command.get("records", False)
    if command["do"] == "answer" and isinstance(system, Standpunkt) and "target" in command["texts"][0]:
        return {"labels": system.stances(command["texts"])}
    texts = system.prepare(command["texts"])
    if command["do"] == "answer":
        return {"labels": [list(map(str, row)) for row in system.label(texts)]}
    if command["do"] == "memory":
        for _ in range(command["times"]):
            system.label(texts)
        return {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    parts = [texts] if command["do"] == "label" else [[text] for text in texts]
    seconds = []
    gc.disable()
    for part in parts:
        begin = time.process_time()
        system.label(part)
        seconds.append(time.process_time() - begin)
    gc.enable()
    return {"seconds": statistics.median(seconds)}


def main() -> None:
    system = SYSTEMS[sys.argv[1]]()
    for line in sys.stdin:
        print(json.dumps(answer(system, json.loads(line))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
