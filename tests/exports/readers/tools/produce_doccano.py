"""Writes the folders of doccano/: projects that are made in doccano and exported by its own code.

    python -m venv D && D/bin/pip install doccano==1.8.4 "numpy<2" "marshmallow<4" setuptools
    D/bin/python tests/exports/readers/tools/produce_doccano.py

Runs in an environment of its own, without Standpunkt.
"""

import os
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

HERE = Path(__file__).parent / "doccano"
TEXTS = [
    "Die Maut ist überfällig und gerecht.",
    "Gestern tagte der Ausschuss in Berlin. 😀 Niemand kam.",
    "Wer zahlt, der schweigt bekanntlich.",
]
LAST = len("Wer zahlt, der schweigt bekanntlich")

work = mkdtemp()
sys.path.insert(0, str(Path(find_spec("backend").origin).parent))
os.environ.update(
    DATABASE_URL=f"sqlite:///{work}/db.sqlite3",
    DJANGO_SETTINGS_MODULE="config.settings.development",
    MEDIA_ROOT=f"{work}/media",
)
import django

django.setup()
from data_export.celery_tasks import export_dataset
from django.contrib.auth import get_user_model
from django.core.management import call_command
from examples.models import Comment, Example
from label_types.models import CategoryType, RelationType, SpanType
from labels.models import Category, Relation, Span, TextLabel
from projects import models as projects
from roles.models import Role

call_command("migrate", verbosity=0)
role = Role.objects.get_or_create(name="annotator")[0]
Role.objects.get_or_create(name="project_admin")
anna, ben = (get_user_model().objects.get_or_create(username=name)[0] for name in ("anna", "ben"))


def project(kind: type, name: str, together: bool, **more: Any) -> tuple[Any, list[Any]]:
    made = kind.objects.create(name=name, collaborative_annotation=together, created_by=anna, **more)
    for user in (anna, ben):
        projects.Member.objects.get_or_create(project=made, user=user, defaults={"role": role})
    metas = [{"zeitung": "Blatt"}, {}, {}]
    return made, [
        Example.objects.create(project=made, text=text, meta=meta)
        for text, meta in zip(TEXTS, metas, strict=True)
    ]


def save(made: Any, folder: str) -> None:
    with zipfile.ZipFile(export_dataset(made.id, "JSONL", False)) as archive:
        archive.extractall(HERE / folder)


for together in (False, True):
    made, texts = project(
        projects.TextClassificationProject, f"c{together}", together, project_type="DocumentClassification"
    )
    these, meldung = (CategoryType.objects.create(project=made, text=name) for name in ("These", "Meldung"))
    Comment.objects.create(example=texts[0], user=anna, text="unklar")
    Category(example=texts[0], user=anna, label=these).save()
    Category(example=texts[1], user=anna, label=meldung).save()
    if not together:
        Category(example=texts[0], user=ben, label=meldung).save()
        Category(example=texts[1], user=ben, label=meldung).save()
    save(made, f"classification-{'together' if together else 'apart'}")

for relations in (False, True):
    made, texts = project(
        projects.SequenceLabelingProject, f"s{relations}", relations, project_type="SequenceLabeling",
        use_relation=relations, allow_overlapping=True,
    )  # fmt: skip
    irony, place = (SpanType.objects.create(project=made, text=name) for name in ("Ironie", "Ort"))
    for user in [anna] if relations else [anna, ben]:
        berlin = Span(example=texts[1], user=user, label=place, start_offset=31, end_offset=37)
        berlin.save()
    nobody = Span(example=texts[1], user=anna, label=irony, start_offset=41, end_offset=53)
    nobody.save()
    Span(example=texts[2], user=anna, label=irony, start_offset=11, end_offset=LAST).save()
    if relations:
        inside = RelationType.objects.create(project=made, text="in")
        Relation(example=texts[1], user=anna, from_id=berlin, to_id=nobody, type=inside).save()
    save(made, "spans-relations" if relations else "spans")

made, texts = project(
    projects.IntentDetectionAndSlotFillingProject, "i", False, project_type="IntentDetectionAndSlotFilling"
)
Category(example=texts[0], user=anna, label=CategoryType.objects.create(project=made, text="These")).save()
place = SpanType.objects.create(project=made, text="Ort")
Span(example=texts[1], user=anna, label=place, start_offset=31, end_offset=37).save()
save(made, "intent")

made, texts = project(projects.Seq2seqProject, "q", True, project_type="Seq2seq")
TextLabel(example=texts[0], user=anna, text="Maut ist gut.").save()
save(made, "seq2seq")
