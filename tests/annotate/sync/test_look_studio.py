"""`look` at a project of ten controls that somebody made by hand on a real Label Studio."""

from collections.abc import Callable
from typing import Any

import pytest

from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from running import Ran

pytestmark = [pytest.mark.studio, pytest.mark.slow]
Run = Callable[..., Ran]

TEN = """
<View>
<Text name="satz" value="$satz"/><Text name="ctx" value="$ctx"/>
<Choices name="art" toName="satz" choice="single"><Choice value="These" hotkey="1"/><Choice value="Meldung"/>
  <Choice value="Sonst" alias="sonst"/></Choices>
<Choices name="mittel" toName="satz" choice="multiple"><Choice value="Ironie"/><Choice value="Metapher"/></Choices>
<Taxonomy name="baum" toName="satz"><Choice value="Gefühl"><Choice value="Ironie"/><Choice value="Anderes"/></Choice>
  <Choice value="Logik"><Choice value="Metapher"/><Choice value="Anderes"/></Choice></Taxonomy>
<Rating name="staerke" toName="satz" maxRating="5"/>
<TextArea name="notiz" toName="satz"/>
<Labels name="spanne" toName="satz"><Label value="Ironie"/><Label value="Metapher"/></Labels>
<Choices name="proReg" toName="satz" perRegion="true"><Choice value="These"/><Choice value="Meldung"/></Choices>
<Number name="zahl" toName="satz"/>
<Pairwise name="paar" toName="satz,ctx"/>
<Choices name="maut" toName="satz"><Choice value="Pro"/><Choice value="Contra"/></Choices>
</View>
"""


def result(name: str, kind: str, **value: Any) -> dict[str, Any]:
    return {"from_name": name, "to_name": "satz", "type": kind, "value": value}


def held(studio: Studio, number: int) -> Any:
    """All that the server holds of the project, as far as it can be seen."""
    tasks = list(studio.tasks(number))
    return studio.project(number), tasks, studio.export(number), studio.prediction_counts(number)


def test_ten_controls_are_read_and_nothing_is_written(
    standpunkt: Run, studio: Studio, server: LocalStudio
) -> None:
    number = studio.create_project(title="Zehn Felder", description="", label_config=TEN, instruction="")
    texts = [f"Satz Nummer {n} über die Maut." for n in range(6)]
    studio.import_tasks(
        number, [{"data": {"satz": text, "ctx": "Kontext", "text_id": "t1"}} for text in texts]
    )
    span = {"start": 0, "end": 4, "text": "Satz"}
    for n, task in enumerate(studio.tasks(number)):
        for by in range(2 if n < 4 else 1):
            items = [
                result("art", "choices", choices=["These" if n % 2 or by else "sonst"]),
                result("mittel", "choices", choices=["Ironie", "Metapher"][: 1 + by]),
                result("baum", "taxonomy", taxonomy=[["Gefühl", "Anderes"], ["Logik", "Anderes"]]),
                result("staerke", "rating", rating=1 + n % 5),
                result("notiz", "textarea", text=["Zeile 1"]),
                result("spanne", "labels", labels=["Ironie"], **span),
                result("proReg", "choices", choices=["These"], **span),
                result("zahl", "number", number=7),
                result("maut", "choices", choices=["Pro"]),
                {"from_name": "paar", "to_name": "satz", "type": "pairwise", "value": {"selected": "left"}},
            ]
            studio.create_annotation(task.id, items, lead_time=2.0)
    before = held(studio, number)

    ran = standpunkt("look", f"{server.url}/projects/{number}/data", "--json")
    assert ran.code == 0, ran.err
    report = ran.json
    assert held(studio, number) == before
    assert (report["tasks"], report["annotated"], report["guessed"]) == (6, 6, False)
    assert {one["control"]: one["coded"] for one in report["controls"]} == dict.fromkeys(
        ["art", "mittel", "baum", "staerke", "notiz", "proReg", "zahl", "maut"], 6
    )
    assert set(report["unread"]) == {"spanne", "paar"}
    assert report["commentaries"] == 1
    ((who, repeated),) = report["read"]["repeated"].items()  # one account coded four sentences twice
    assert (who, repeated["n"], repeated["differ"]) == ("annotator-1", 4, 4)
    assert report["next"][0] == f"standpunkt look {server.url}/projects/{number} -o export.json"
    assert "Nothing was written to Label Studio" in " ".join(
        standpunkt("look", "--project", number).out.split()
    )
