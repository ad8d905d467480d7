"""Thousands of requests, many at once, and a newer model in the middle."""

import multiprocessing
import shutil
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from annotate.study.folder import Study
from annotate.sync.tasks import study_rows
from schemas.jsonl import read_jsonl
from schemas.labeling import labeling_config
from schemas.records import GoldSentence
from served import PROJECTS, run_server, task_of
from train.fit import fit
from train.persistence.folder import load_model, save_model

pytestmark = [pytest.mark.slow, pytest.mark.stress]

REQUESTS, AT_ONCE = 5000, 20
MEGABYTE = 1024 * 1024
Measured = Callable[[str, object], None]


@pytest.fixture
def address(served_study: Study, suggesting: Path) -> Iterator[tuple[str, psutil.Process]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(
        target=run_server, args=(served_study.folder, suggesting, port)
    )
    process.start()
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                if httpx.get(f"{url}/health").is_success:
                    break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.join()


def test_no_request_is_lost_and_memory_is_flat_though_the_model_changes(
    address: tuple[str, psutil.Process], served_study: Study, suggesting: Path, tmp_path: Path,
    record_property: Measured,
) -> None:  # fmt: skip
    url, process = address
    gold = list(read_jsonl(suggesting.parent / "gold.jsonl", GoldSentence))[:400]
    newer = save_model(
        fit(gold, served_study.codebook(), settings=load_model(suggesting).meta.settings)[0],
        tmp_path / "newer",
    )
    config = labeling_config(served_study.codebook())
    sentences = [row.sentence_id for row in study_rows(served_study)]
    own = threading.local()
    memory: dict[int, float] = {}

    def ask(n: int) -> tuple[int, str, float]:
        if not hasattr(own, "client"):
            own.client = httpx.Client(timeout=60)
        if n == REQUESTS // 2:
            shutil.copytree(newer, served_study.models / "newer")
        body = {
            "tasks": [task_of(sentences[n * 7 % len(sentences)])],
            "project": f"{PROJECTS['anna' if n % 2 else 'ben']}.1",
            "label_config": config,
        }
        begin = time.perf_counter()
        answer = own.client.post(f"{url}/predict", json=body)
        took = time.perf_counter() - begin
        if n % 500 == 0:
            memory[n] = process.memory_info().rss / MEGABYTE
        found = answer.json()
        assert len(found["results"]) == 1
        return answer.status_code, str(found["model_version"]), took

    begin = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as executor:
        answers = list(executor.map(ask, range(REQUESTS)))
    seconds = time.perf_counter() - begin
    assert {status for status, _, _ in answers} == {200}
    versions = Counter(version for _, version, _ in answers)
    assert len(versions) == 2
    took = sorted(one for _, _, one in answers)
    grown = memory[2500] - memory[1000], max(memory.values()) - memory[4500], memory[4500] - memory[3500]
    record_property(
        "measured",
        f"{REQUESTS} requests, {AT_ONCE} at once: {REQUESTS / seconds:.0f} a second, median "
        f"{took[REQUESTS // 2] * 1000:.0f} ms, 99 % {took[REQUESTS * 99 // 100] * 1000:.0f} ms, most "
        f"{took[-1] * 1000:.0f} ms; by model {dict(versions)}; MB at every 500: "
        f"{[round(memory[n]) for n in sorted(memory)]}",
    )
    assert grown[0] < 30
    assert grown[2] < 30


def test_an_answer_for_one_sentence(
    address: tuple[str, psutil.Process], served_study: Study, record_property: Measured
) -> None:
    url, _ = address
    config = labeling_config(served_study.codebook())
    first: list[float] = []
    again: list[float] = []
    seen: set[str] = set()
    with httpx.Client(timeout=60) as client:
        for row in study_rows(served_study):
            body = {"tasks": [task_of(row.sentence_id)], "project": "11.1", "label_config": config}
            begin = time.perf_counter()
            assert client.post(f"{url}/predict", json=body).is_success
            took = (time.perf_counter() - begin) * 1000
            (again if row.commentary_id in seen else first).append(took)
            seen.add(row.commentary_id)
    first.sort()
    again.sort()
    record_property(
        "measured",
        f"one sentence, asked over HTTP: median {again[len(again) // 2]:.1f} ms, 99 % "
        f"{again[len(again) * 99 // 100]:.1f} ms; the first of a commentary, which is predicted whole: median "
        f"{first[len(first) // 2]:.1f} ms, most {first[-1]:.1f} ms",
    )
