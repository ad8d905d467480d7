"""Writes refi_qda/qc.qdpx: a project that is coded in qualitative-coding and exported by its own writer.

    python -m venv Q && Q/bin/pip install qualitative-coding==1.7.8
    Q/bin/python tests/exports/readers/tools/produce_refi_qda.py

Runs in an environment of its own, without Standpunkt.
"""

import os
from pathlib import Path
from tempfile import mkdtemp

from qualitative_coding.corpus import QCCorpus
from qualitative_coding.refi_qda.writer import REFIQDAWriter

OUT = Path(__file__).parent.resolve() / "refi_qda" / "qc.qdpx"
TEXT = "Die Maut ist überfällig.\nGestern tagte der Rat. Niemand 😀 kam.\n\nWer zahlt, schweigt.\n"
CODINGS = {
    "anna": [(0, "These"), (1, "Meldung"), (1, "Ironie")],
    "ben": [(0, "Meldung"), (3, "Ironie")],
}

os.chdir(mkdtemp())
QCCorpus.initialize("settings.yaml")
Path("maut.txt").write_text(TEXT, "utf-8")
Path("codebook.yaml").write_text("- Satzart:\n  - These\n  - Meldung\n- Ironie\n", "utf-8")
corpus = QCCorpus("settings.yaml")
with corpus.session():
    corpus.import_media(Path("maut.txt"), importer="verbatim")
for coder, lines in CODINGS.items():
    with corpus.session():
        rows = [{"line": line, "code_id": code} for line, code in lines]
        corpus.update_coded_lines("maut.txt", coder, rows)
OUT.parent.mkdir(exist_ok=True)
REFIQDAWriter("settings.yaml").write(str(OUT))
