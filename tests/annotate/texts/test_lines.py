"""Lines that are no sentences, and sentences that look like them. A case a line."""

import pytest

from annotate.texts.lines import Head, kind_of_line, read_head
from annotate.texts.readers.title_lines import read_title_line

SENTENCES = """\
Mehr zum Thema Ukraine weiß niemand.
Mehr zum Thema: Der Bundestag berät am Freitag.
Mehr dazu sagt er nicht.
Mehr dazu weiß ich nicht
Lesen Sie auch Kant.
Lesen Sie auch zwischen den Zeilen!
Lesen Sie hier, wie man es nicht macht.
Werbung wirkt.
Werbung.
Werbung: Das ist es.
Anzeige ist erstattet.
Anzeigen kosten Geld.
Newsletter sind tot.
Newsletter: Was für ein Wort!
Teilen.
Teilen heißt verlieren.
Auf Dauer muss man sich die Macht teilen.
12 Kommentare reichen nicht.
Drei Kommentare
4 Minuten Lesezeit sind zu viel.
4 Minuten.
Seite an Seite kämpfen sie.
Seite 3 des Vertrags sagt es.
Das Foto: Ein Mann steht am Fenster.
Ein düsteres Bild: Die Stadt brennt.
Das Bild: Niemand.
Auf dem Foto: Niemand.
Bild: Das war die Zeitung, die es wusste.
Foto: Man sieht nichts.
Dann das Video: Er schreit.
Von Anna Weiß weiß man nichts.
Von Berlin aus gesehen ist das nichts.
Von Anna Weiß stammt der Satz.
Von Anna Weiß.
Stand: heute weiß das niemand.
Stand 3. November 2025 ist nichts geschehen.
Am 3. November 2025 kam er.
Der 9. November 1989.
Am Montag, dem 3. November 2025, um 20 Uhr war es soweit.
Wir verwenden Cookies, ohne es zu wissen.
Kommentar überflüssig.
Kommentare unerwünscht!
Folgen Sie uns auf dem Weg in den Abgrund.
Folgen Sie uns auf dem Weg!
Drucken kann er ja.
Suche Frieden.
Jetzt erst recht!
Jetzt abonnieren alle den Newsletter.
Der Newsletter kam zu spät.
Schlagworte ersetzen keine Politik.
Themen gibt es genug.
Themen: Es gibt genug davon.
Das könnte Sie auch interessieren, Herr Minister.
Auch interessant ist, was er nicht sagt.
Zum Thema Rente fällt ihm nichts ein.
Zum Thema: Es ist alles gesagt.
Zum Thema sagte er nichts.
Hintergrund ist der Streit um das Gas.
Hintergrund: Der Streit dauert an.
Quelle der Wut ist die dpa.
So meldete es dpa.
© ist kein Argument.
Alle Rechte vorbehalten, sagt er.
Facebook und Twitter sind an allem schuld.
Facebook, sagt Twitter, ist schuld.
Die dpa irrt.
Kultur ist teuer.
Weiterlesen lohnt sich.
Mehr als das kann er nicht
Weitere Artikel folgen.
Weitere Themen sind Rente und Pflege.
Impressum und Datenschutz sind Pflicht.
Copyright ist ein Irrweg.
Registrieren muss sich jeder.
Menü des Tages: Streit.
Tags: Immer dasselbe.
Rubrik: Dinge, die niemand braucht.
Karte: Hier endet die Welt.
Grafik: Die Kurve steigt seit Jahren.
"""

BESIDE = """\
note: Mehr zum Thema
note: Mehr zum Thema: Wer zahlt
note: MEHR ZUM THEMA
note: Mehr zum Thema →
note: Lesen Sie auch: Warum der Winter kommt
note: Lesen Sie auch: Wer zahlt das?
note: → Lesen Sie auch: Wer zahlt das?
note: Lesen Sie hier: Alles zum Streit.
note: Das könnte Sie auch interessieren:
furniture: 12 Kommentare
furniture: Kommentare (12)
furniture: 1.234 Kommentare
furniture: 4 Min. Lesezeit
furniture: 4 Min Lesezeit
furniture: Lesezeit: 4 Min.
furniture: Lesezeit: ca. 4 Minuten
furniture: Teilen
furniture: Teilen auf Facebook
furniture: Auf X teilen
furniture: Facebook Twitter WhatsApp E-Mail
furniture: Drucken
furniture: Anzeige
furniture: Werbung
furniture: Newsletter
furniture: Jetzt abonnieren
furniture: Jetzt abonnieren!
furniture: Jetzt kostenlos unseren Newsletter bestellen
furniture: Abonnieren Sie unseren Newsletter.
furniture: Melden Sie sich hier für unseren Newsletter an.
furniture: Wir verwenden Cookies und bitten um Ihre Einwilligung.
furniture: Diese Website verwendet Cookies. Mehr in der Datenschutzerklärung.
agency: (dpa)
agency: dpa
agency: dpa/abc
agency: AFP, Reuters
agency: Quelle: dpa
agency: mit Material der dpa
agency: © dpa-infocom, dpa:251103-99-123456/3
credit: Foto: dpa
credit: Foto: Karl Roth / dpa
credit: Ein Ofen in Bonn. Foto: Karl Roth
credit: Ein Ofen in Bonn (Foto: dpa)
credit: Der Kanzler spricht. © picture alliance/dpa
credit: Bild: imago images/Future Image
credit: Grafik: eigene Darstellung
credit: Foto: Getty Images
credit: © Getty Images
credit: © 2025 Beispiel Zeitung
credit: Der Kanzler im Bundestag. | Bildquelle: dpa
address: https://a.de/b
furniture: Schlagworte: Gas, Winter, Bonn
furniture: Impressum | Datenschutz
furniture: Artikel anhören
furniture: Zur Startseite
furniture: Empfohlener redaktioneller Inhalt
"""

HEADS = """\
Erika Beispiel / – / Von Erika Beispiel
Erika Beispiel / – / von Erika Beispiel
ERIKA BEISPIEL / – / VON ERIKA BEISPIEL
Erika Beispiel / – / Von Erika Beispiel, Berlin
Erika Beispiel und Hans Muster / – / Von Erika Beispiel und Hans Muster
Erika Beispiel / – / Ein Kommentar von Erika Beispiel
Erika Beispiel / – / Kommentar von Erika Beispiel
Erika Beispiel / – / Kommentar: Erika Beispiel
Erika Beispiel / – / Eine Kolumne von Erika Beispiel
Erika Beispiel / 2025-11-03 / Von Erika Beispiel, 3. November 2025
Erika Beispiel / 2025-11-03 / Von Erika Beispiel | 03.11.2025, 20:15 Uhr
Erika Beispiel / 2025-11-03 / 03.11.2025 | Von Erika Beispiel
Erika Beispiel / 2025-11-03 / 03.11.2025, 20:15 Uhr | Erika Beispiel
Erika Beispiel / 2025-11-03 / Erika Beispiel, 3. November 2025
Erika Beispiel / 2025-11-03 / Erika Beispiel | 3. November 2025 | 4 Min. Lesezeit
Erika Beispiel / – / Von unserer Korrespondentin Erika Beispiel
Dr. Erika von Beispiel / – / Von Dr. Erika von Beispiel
– / 2025-11-03 / Stand: 03.11.2025, 20:15 Uhr
– / 2025-11-03 / Stand: 3. November 2025
– / 2025-11-03 / Veröffentlicht am 3. November 2025
– / 2025-11-03 / Veröffentlicht: 3. Nov. 2025 | Aktualisiert: 4. Nov. 2025, 10:00 Uhr
– / 2025-11-03 / 3. November 2025, 20:15 Uhr
– / 2025-11-03 / Montag, 3. November 2025
– / 2025-11-03 / 03.11.2025 - 20:15 Uhr
– / 2025-11-03 / 2025-11-03
– / 2025-11-03 / 3. November 2025 · 4 Min. Lesezeit
– / 2025-11-03 / Aktualisiert am 03.11.2025 um 20.15 Uhr
Erika Beispiel / – / Text: Erika Beispiel
Erika Beispiel / 2025-11-03 / By Erika Beispiel, November 3, 2025
Erika Beispiel / – / Autor: Erika Beispiel
– / – / Von Anna Weiß weiß man nichts.
"""


@pytest.mark.parametrize("line", SENTENCES.splitlines())
def test_what_may_be_a_sentence_is_text(line: str) -> None:
    assert (kind_of_line(line), read_head(line), read_title_line(line)) == (None, None, None)


@pytest.mark.parametrize("row", BESIDE.splitlines())
def test_what_cannot_be_a_sentence_has_its_kind(row: str) -> None:
    kind, _, line = row.partition(": ")
    assert kind_of_line(line) == kind


@pytest.mark.parametrize("row", HEADS.splitlines())
def test_author_and_date_stand_in_lines_of_many_forms(row: str) -> None:
    author, date, line = row.split(" / ", 2)
    expected = Head(None if author == "–" else author, None if date == "–" else date)
    assert (read_head(line) or Head(None, None)) == expected
