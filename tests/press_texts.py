"""Texts as press databases and web pages give them; all wording is made up."""

NEXIS = (
    "1 of 2 DOCUMENTS\n\nBeispiel Zeitung\n\n3. November 2025 Montag\n\nWer zögert, zahlt später\n\nBYLINE: Erika Beispiel\n\n"
    "LENGTH: 12 Wörter\n\nGeschehen ist nichts.\n\nGar nichts.\n\nLOAD-DATE: November 2, 2025\n\nLANGUAGE: GERMAN; DEUTSCH\n\n"
    "2 of 2 DOCUMENTS\n\nBeispiel Zeitung\n\n4. November 2025 Dienstag\n\nWer zahlt, schafft an\n\nBYLINE: Hans Muster\n\n"
    "LENGTH: 9 Wörter\n\nNiemand will zahlen.\n\nLOAD-DATE: November 3, 2025\n"
)
NEXIS_UNI = (
    "Wer zögert, zahlt später\n\nBeispiel Zeitung\n\n3. November 2025 Montag\n\nCopyright 2025 Beispiel Zeitung All Rights Reserved\n\n"
    "Section: MEINUNG; S. 8\n\nLength: 12 words\n\nByline: Von Erika Beispiel\n\nBody\n\nGeschehen ist nichts.\n\nGar nichts.\n\n"
    "Load-Date: November 2, 2025\n\nEnd of Document\n\nWer zahlt, schafft an\n\nBeispiel Zeitung\n\n4. November 2025 Dienstag\n\n"
    "Byline: Hans Muster\n\nBody\n\nNiemand will zahlen.\n\nClassification\n\nLanguage: GERMAN\n\nEnd of Document\n"
)
FACTIVA = (
    "HD\nWer zögert, zahlt später\nBY\nVon Erika Beispiel\nWC\n12 words\nPD\n3. November 2025\nSN\nBeispiel Zeitung\nLP\n"
    "Geschehen ist nichts.\nTD\nGar nichts.\n\nAN\nDocument BEIZ000020251103elb300001\n\nHD\nWer zahlt, schafft an\nBY\nHans Muster\n"
    "PD\n4 November 2025\nSN\nBeispiel Zeitung\nTD\nNiemand will zahlen.\n"
)
FACTIVA_IN_LINES = (
    "SE   Meinung\nHD   Wer zögert, zahlt später\nBY   Erika Beispiel\nPD   3 November 2025\nSN   Beispiel Zeitung\n"
    "LP   Geschehen ist nichts.\nTD   Gar nichts.\n\nDocument BEIZ000020251103elb300001\n\nHD   Wer zahlt, schafft an\n"
    "BY   Hans Muster\nPD   4 November 2025\nSN   Beispiel Zeitung\nTD   Niemand will zahlen.\n\nDocument BEIZ000020251104elb300002\n"
)
GENIOS = (
    "Beispiel Zeitung vom 03.11.2025, Nr. 254, S. 8 / Meinung\nWer zögert, zahlt später\n\nGeschehen ist nichts.\n\nGar nichts.\n\n"
    "Autor: Erika Beispiel\nQuelle: Beispiel Zeitung vom 03.11.2025, Nr. 254, S. 8\nRessort: Meinung\nDokumentnummer: 202511031\n"
    "Dauerhafte Adresse des Dokuments: https://www.wiso-net.de/document/BZ__1\nAlle Rechte vorbehalten: (c) Beispiel Zeitung\n"
    "© GBI-Genios Deutsche Wirtschaftsdatenbank GmbH\n\nBeispiel Zeitung vom 04.11.2025, Nr. 255, S. 8 / Meinung\n"
    "Wer zahlt, schafft an\n\nNiemand will zahlen.\n\nAutor: Hans Muster\nQuelle: Beispiel Zeitung vom 04.11.2025, Nr. 255, S. 8\n"
    "Dauerhafte Adresse des Dokuments: https://www.wiso-net.de/document/BZ__2\n"
)
WEB = (
    "Kommentar\nWer zögert, zahlt später\nVon Erika Beispiel, Berlin\nStand: Montag, 3. November 2025, 20:15 Uhr | Lesezeit: 3 Min.\n\n"
    "Seit Wochen reden die Fachleute.\n\nDer Preis\n\nDas ist teuer.\n\nLesen Sie auch: Warum der Winter kommt\n\n"
    "Mehr zum Thema\nHeizen mit Holz\nWas Gas kostet\n\nWerbung wirkt trotzdem.\n\nEin Ofen in Bonn. Foto: Karl Roth / dpa\n\ndpa/abc\n"
)
PAGE = """\
Politik

Wer zögert, zahlt später

Ein Kommentar von Erika Beispiel, Berlin
Stand: 3. November 2025, 20:15 Uhr | 4 Min. Lesezeit
12 Kommentare
Teilen auf Facebook

Ein Ofen in Bonn. Foto: Karl Roth / dpa

BERLIN. Seit Wochen reden die Fachleute.

Mehr zum Thema
Heizen mit Holz
- Was kostet das Gas?

Der Preis

Das ist teuer. Mehr zum Thema Gas weiß niemand.

Lesen Sie auch: Wer zahlt das alles?

„Teuer“ ist das Wort der Stunde. (dpa)

Empfohlener redaktioneller Inhalt
Abonnieren Sie unseren Newsletter.
dpa/abc
© 2025 Beispiel Zeitung
"""
