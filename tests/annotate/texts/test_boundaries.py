"""German and English rules as tables: a bar stands where a sentence ends and the next begins."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.texts.boundaries import sentence_spans

ABBREVIATIONS = """
Das gilt z. B. für Berlin. | Mehr weiß man nicht.
Das gilt z.B. für Berlin und z.B. Potsdam. | Mehr nicht.
Er nannte Länder, z. B. Österreich und die Schweiz.
Z. B. Ungarn stimmte dagegen.
Man sah u. a. Vertreter der Kirchen.
Es kamen Kanzler, Minister u. a. | Der Saal war voll.
Das heißt, d. h. Genaueres weiß niemand.
Sie tritt zurück, d. h. Neuwahlen kommen.
Das ist i. d. R. Sache der Länder.
Zum Teil, z. T. Jahre später, kam die Antwort.
Dr. Weiß sprach zuerst. | Prof. Dr. Schwarz schwieg.
Sie traf Dr. h. c. Anna Weiß in Bonn.
Frau Dr. med. Keller operiert.
Herr Dipl.-Ing. Roth plant die Brücke.
Die St. Pauli Nachrichten sind alt.
Er zog nach St. Gallen. | Dort blieb er.
Hr. Meier und Fr. Schulz kamen.
Siehe Nr. 5 der Liste.
Siehe Nr. Fünf der Liste.
Das steht in Art. 5 des Grundgesetzes.
Das steht in Art. 5 Abs. 2 S. 1 des Gesetzes. | Es gilt noch.
Nach § 5 Abs. 2 S. 1 Nr. 3 ist das verboten.
Er fragte auf seine Art. | Niemand antwortete.
Vgl. Abb. 3 und Tab. 4.
Dazu vgl. Kap. 7 des Berichts.
Er zahlte ca. 500 Euro bzw. Dollar.
Es geht um Äpfel bzw. Birnen. | Beides ist Obst.
Der Preis stieg auf 5 Mio. Euro.
Der Preis stieg auf 5 Mio. | Das war zu viel.
Es kostete 3 Mrd. Dollar, nicht 3 Mio. Euro.
Es gab Brot, Käse usw. | Danach ging man.
Es gab Brot, Käse usw. berichtete der Wirt.
Es gab Brot, Käse etc. | Gäste kamen spät.
Es gab Brot, Käse etc. | Die Gäste kamen spät.
Die Firma Müller & Co. baut Pumpen.
Die Firma Müller & Co. | Sie baut Pumpen.
Er wohnt in der Bergstr. 12 in Bonn.
Er wohnt in der Bergstr. | Dort ist es ruhig.
Das geschah im Jahr 44 v. Chr. in Rom.
Das geschah im Jahr 44 v. Chr. | Danach kam Krieg.
Ggf. Mitglieder befragen.
Evtl. Kosten trägt der Staat.
Der sog. Friedensplan scheiterte.
Der ehem. Minister und der stellv. Vorsitzende kamen.
Man braucht mind. Drei, max. Fünf.
Sie kamen gegen 14 Uhr, d.h. Stunden zu spät.
Das ist m. E. Unsinn.
Er arbeitet beim Hbf. Köln.
Er stieg am Hbf. | Da stand niemand.
Wir fuhren 2 Std. Richtung Süden.
Die Anm. d. Red. folgt unten.
Bundespräsident a. D. Weiß sprach.
Er ist General a. D. | Seine Frau schreibt.
Der Verein Sonne e. V. lädt ein.
Der Verein Sonne e. V. | Er lädt ein.
Inkl. Steuern sind es 20 Euro.
Das betrifft Frankreich, Italien u. v. m. | Es gibt keine Ausnahme.
Die Bände ff. fehlen.
Das steht auf S. 12 ff. | Der Rest fehlt.
Die EU, die USA usw., alle schwiegen.
Er las „Krieg usw.“ | Das half nicht.
Das Gesetz (vgl. Anlage) gilt.
Das Gesetz gilt (vgl. Anlage). | Es bleibt.
Drei Länder (u. a. Polen) widersprachen.
Drei Länder (Polen u. a.) Europas widersprachen.
Er trat der CDU bei, nicht der SPD. | Das wunderte viele.
Das war Sache der EU. | Brüssel schwieg.
Das forderten die USA. | Moskau lehnte ab.
Sie kam mit dem Lkw. | Peter kam zu Fuß.
Es sind noch 12 km. | Peter geht voran.
Das macht die GmbH. | Berlin zahlt.
"""

NUMBERS = """
Am 23. Oktober kam die Antwort. | Am 24. Oktober kam keine.
Die Messe ist vom 27.–29. April. | Das Wetter wird gut.
Vom 1. bis 3. Mai blieb alles ruhig.
Er kam am 5. Okt. 2025 an.
Es war der 3. Oktober 1990. | Das Land feierte.
Es war am 3. 10. 1990 in Berlin.
Es war am 3.10.1990. | Berlin feierte.
Das Treffen ist am 3.10. in Rom.
Das Treffen ist am 3.10. | Danach ist Ruhe.
Im 19. Jahrhundert war das anders.
Seit dem 2. Weltkrieg gilt das. | Niemand rührt daran.
Er wohnt im 6. Stock des Hauses.
Sie feierte ihren 70. Geburtstag in Wien.
Es ist sein 25. Roman.
Die 8. Sinfonie ist kurz.
Zum 3. Mal scheiterte der Plan.
Das war im Jahr 2010. | Autos waren billig.
Seit 1945. | Danach kam Frieden.
Das Spiel endete 2:1. | Bayern jubelte.
Die Zahl stieg auf 3,5. | Experten staunten.
Es kamen 1.000. | Polizisten sperrten die Straße.
Ludwig XIV. war König.
Ludwig XIV. von Frankreich regierte lange.
Das schrieb Papst Johannes XXIII. | Es wurde berühmt.
Kaiser Wilhelm II. Hohenzollern floh.
Der Plan liegt auf Platz 3. | Bayern führt.
Das steht in Artikel 5. | Juristen streiten.
Das steht auf Seite 12. | Dort ist es falsch.
Die 2. Bundesliga beginnt. | Die 3. Liga auch.
1. Die Kosten steigen. | 2. Der Nutzen sinkt.
Es gibt zwei Gründe: 1. Die Kosten sind hoch.
Er kam als 3. ins Ziel.
Er wurde 3. | Das genügte nicht.
Bis zu 500 % Zoll drohen. | Peking schweigt.
Der Zoll liegt bei 60 %. | Peking schweigt.
Die Wahl ist um 18.30 Uhr. | Danach wird gezählt.
Die Wahl endet um 18.30. | Danach wird gezählt.
Beim G20. | Danach flog er ab.
Am 1. Mai, am 2. Mai und am 3. | Danach war Schluss.
Der 1. und der 2. Vorsitzende kamen.
Das Urteil vom 7. d. M. ist da.
In der 90. Minute fiel das Tor.
Die 12. Imkertagung begann am Freitag.
Es war Freitag, der 13. | Niemand lachte.
Die Nr. 10 ist krank. | Die Nr. 9 spielt.
Bis zum 31. Dezember 2025. | Danach nicht mehr.
Karl der 5. Kaiser seines Namens.
Nach 10. Anlauf gelang es.
Er gewann mit 25. Geburtstagsgruß.
Tempo 30. | Berlin führt es ein.
"""

INITIALS = """
J. Meier schrieb das Buch.
Das Buch schrieb J. R. Meier in Wien.
George W. Bush regierte. | Dann kam Obama.
Der Roman stammt von E. T. A. Hoffmann. | Er ist kurz.
Das ist Plan B. | Er ist besser.
Vitamin C. | Das hilft.
Der Fall F. ist bekannt.
Der Fall F. | Das Gericht schwieg.
A. Die Lage im Land
II. Die Lage im Land
Am Punkt A. | Hier beginnt es.
Die Rede von Joseph R. Biden war kurz.
Johann S. Bach komponierte.
"""

QUOTES = """
„Das ist falsch.“ | Er ging.
„Das ist falsch“, sagte er. | Dann ging er.
Er sagte: „Das ist falsch.“ | Dann ging er.
„Ist das falsch?“, fragte er. | Niemand antwortete.
„Ist das falsch?“ fragte er. | Niemand antwortete.
„Das ist falsch!“ rief sie. | Niemand antwortete.
„Wohin?“ | „Nach Hause.“
»Das ist falsch.« | Er ging.
»Wohin?« fragte sie. | Er schwieg.
«Das ist falsch.» | Er ging.
‚Das ist falsch.‘ | Er ging.
"Das ist falsch." | Er ging.
Er nennt es „Krieg“. | Ich nenne es Mord.
Er nennt es „Krieg“ – wir auch. | Und nun?
Sein Ruf „Wer zahlt das alles?“ – verhallte ungehört.
Die Frage – „Was nun?“ – bleibt. | Niemand weiß es.
Wie geht das? | – Eine gute Frage. | Ich weiß es nicht.
Er kam. | – Sie ging.
Das ist gut. | „Wirklich?“ | Ja.
„Er sagte: ‚Nein.‘“ | Dann war Ruhe.
Er rief: „Los!“, und alle liefen. | Danach war Ruhe.
(Das ist bekannt.) | Er schwieg.
Das ist bekannt (leider!) und bleibt so.
Er hat drei (!) Häuser. | Ich habe keins.
Er sagt, das sei gut (?), aber wer weiß.
Das gilt (siehe oben). | Mehr nicht.
Das sagte er [lacht]. | Dann ging er.
Er sagte: „Ich [...] Habe nichts getan.“ | Dann ging er.
Das Werk „Was tun?“ las er gern. | Es half nicht.
``Das ist falsch.'' | Er ging.
Er sagte ja. | »Nein«, sagte sie.
Er schrieb „usw.“ und ging.
Das war der „Tag X“. | Niemand kam.
"""

MARKS = """
Was nun? | Niemand weiß es.
Was nun?! | Niemand weiß es!!!
Halt! | Stehen bleiben!
Er wartete … und wartete. | Nichts geschah.
Er wartete... und wartete. | Nichts geschah.
Er wartete… | Nichts geschah.
Er wartete... | Dann ging er.
Das Ende … | Wer weiß.
Und dann […] kam er. | Alle schwiegen.
Und dann (...) Kam er doch. | Alle schwiegen.
Trump will eines: Er will Ruhe. | Mehr nicht.
Mit anderen Worten: Die Lage ist ernst.
Es geht um drei Dinge: Geld, Macht, Zeit. | Mehr nicht.
Er kam; Sie ging. | Ende.
Das ist gut :-) | Danke sehr.
Das ist gut. :-) | Danke sehr.
Das ist gut! ;-) | Danke sehr.
Das ist gut :) | Danke sehr.
Schade :-( | Das war es.
Das ist gut. 😀 | Danke sehr.
Das ist gut!! 👍🏻 | Danke sehr.
Das war knapp :-) aber gut. | Danke.
Mehr auf www.beispiel.de. | Dort steht alles.
Mehr auf https://beispiel.de/seite?nr=1. | Dort steht alles.
Mehr auf https://beispiel.de/a.b?c=d!e und sonst nirgends.
Schreiben Sie an anna.weiss@beispiel.de. | Danke.
Die Datei heißt plan.txt und liegt bereit. | Gut.
Version 2.0.1 ist da. | Version 3 kommt.
Das Ende naht
Ein Satz ohne Stopp, der weitergeht
Er kam . | Sie ging .
Alles gut. | 2024 war besser.
Wirklich? | 30 Jahre ist das her.
Er liebt Yoga. | eBay lehnt er ab.
Alles gut. und weiter geht es.
Das gilt nicht mehr. | aber alles andere gilt.
Das war ein Reinfall. | wir kommen nicht wieder.
Das war toll! | wir kommen wieder.
Er sah Wer wird Millionär? im Fernsehen.
Das ist österr. aber auch deutsch.
Er kam u. a. aber nicht nur zu spät.
„Das war toll!“ wir lachten.
Bei Yahoo! die Suche starten.
Das gilt nicht. (dpa)
Das gilt nicht. (Red.)
Er kam, sah und siegte. | – Wirklich?
Er kam. | * Sie ging.
Das kostet 5 €. | Danke.
Das kostet 5 Euro. | 6 Euro wären zu viel.
Ende.Anfang
Was für ein Tag!Toll
"""

WORDS = """
Das ist ein Verb. | Adjektive folgen.
Er trägt gern Rot. | Blau mag er nicht.
Das Kind ist da. | Alle freuen sich.
Er kam so. | Sie kam anders.
Er ging weg. | Peter blieb.
Das war ihm zu viel. | Russland schwieg.
Alle rufen ja. | Niemand ruft nein.
Er kommt am Mo. | Der Rest kommt am Di.
Er kommt am Mo. Nachmittag.
Mehr ist nicht da. | Punkt.
Er hat recht. | Ich nicht.
Der Ort heißt Ulm. | Dort wohnt sie.
Er mag Jan. | Sie mag ihn nicht.
Er isst ein Ei. | Eva isst zwei.
Der Papst kam in die BRD. | Kohl begrüßte ihn.
Auf dem Kap. | Dort weht Wind.
Das Bundesverfassungsgericht entschied. | Karlsruhe schwieg danach.
Ökonomen warnen. | Ärzte auch. | Über alles spricht man.
Das ist Éric. | Él kommt.
"""

WEB_AND_NEWS = """
Bei Yahoo! Deutschland arbeiten viele. | Sie gehen.
Er kam . . . | Und er ging.
Prof. (em.) Müller sprach.
Er hat (wie immer!) Recht behalten.
Er hat (wie immer sehr spät!) Recht behalten.
Das Essen war gut (sehr gut sogar!) | Der Service auch.
Er meint „seine Leute“ (sic!) | Damit ist alles gesagt.
Das ist so (leider).
Joh. Seb. Bach spielte Orgel.
Inkl. MwSt. Versand kostet extra.
Der Preis gilt inkl. MwSt. | Der Versand kostet extra.
Die Kundennr. Fünf fehlt.
Das geht vllt. Montag.
Ist zB. Pizza da? | Nein.
H.-C. Krause und K.-H. Meier kamen.
Univ.-Prof. Dr. Weiß lehrt hier.
Windows 10. | Microsoft wirbt dafür.
Er fährt in der Formel 1. | Ferrari zahlt.
Sie ist 25. | Berlin gefällt ihr.
Die Saison 2008/09. | Bayern siegte.
Am 5./6. Mai wird gewählt.
Zum 1000. Mal lief das Stück.
Das Stück lief zum 100. Mal in Wien.
Die Firma Acme Inc. | Sie ging pleite.
Die GmbH & Co. KG haftet.
Robert F. Kennedy Jr. kandidierte. | Er verlor.
Das gilt gem. § 5 BGB. | § 6 gilt nicht.
Die §§ 1 ff. BGB gelten.
Das war im 20. Jh. | Danach nicht mehr.
Die Burg stammt aus dem 12. Jh. und steht noch.
In Washington D.C. | Dort wohnt er.
Es gilt Tel. 0123 456.
Mag. Huber und Abg. Maier stritten.
Der 1. FC Köln verlor. | Bayern gewann.
Von 8 bis 18 Uhr. | Sonntags nie.
Er ist erst 83. | Das wundert viele.
Das ist der Weg. | Von der Leyen ging ihn.
Der Mann (42) schwieg. | Die Frau (40) sprach.
Das sagte Merkel (CDU). | Gabriel (SPD) nickte.
Der Kurs fiel um 3,5 Prozent. | Anleger flohen.
Die Regel gilt seit dem 1.1. | Niemand kennt sie.
Er sprach von „Verrat!“. | Danach schwieg er.
„Wir gehen“, sagte er. | „Jetzt.“
Er sagte: „Wir gehen. | Jetzt sofort.“ | Dann ging er.
"Wir gehen", sagte er. | "Jetzt." | Er ging.
'Wir gehen.' | Er blieb.
Der Spiegel (Nr. 5/2010) schrieb das.
Wer? | Wie? | Was?
Nein, nein, nein! | Niemals!
Ruf an unter 0123/456. | Danke.
Toll!!! | Danke!!!
Naja... | Geht so...
Sehr gut,immer wieder. | Danke.
Super!:-) | Danke.
Gut & günstig. | Gern wieder.
- Gut. | - Besser. | - Am besten.
"""

NOTES_BEHIND_THE_STOP = """
Das wurde widerlegt.[1] | Trotzdem glaubt es jeder.
Das wurde widerlegt.[1][2] | Trotzdem glaubt es jeder.
Das wurde widerlegt.[12, 13] | Experten staunen.
Das wurde widerlegt. [1] | Trotzdem glaubt es jeder.
Das wurde widerlegt.[^3] | Trotzdem glaubt es jeder.
Das wurde widerlegt.¹ | Trotzdem glaubt es jeder.
Das wurde widerlegt.¹² | Experten staunen.
Das wurde widerlegt. ² | Experten staunen.
Das wurde widerlegt.1 | Trotzdem glaubt es jeder.
Das sei so erlauben.4 Wochen vergingen.
Er sagte: „Das ist falsch.“[3] | Danach schwieg er.
Er sagte: „Das ist falsch.“³ | Experten staunen.
Er sagte: „Das ist falsch.“3 | Danach schwieg er.
Stimmt das?[4] | Experten zweifeln.
Das wurde widerlegt.* | Trotzdem glaubt es jeder.
**Das ist gut.** | Danach kam nichts.
Vgl.[1] Meier zu der Frage.
Müller et al. [2004] sahen das anders. | Zu Recht.
Müller et al. (2004) sahen das anders. | Zu Recht.
Müller et al. | Das war gestern.
Die Wahl ist verloren. (dpa/AFP) | Der Kanzler schweigt.
Die Wahl ist vorbei. (dpa) | Der Kanzler schweigt.
So ist es. (AFP, Reuters) | Berlin schweigt.
So ist es. (mbo/dpa) | Berlin schweigt.
So ist es. [dpa] | Berlin schweigt.
So ist es! (KNA) | Berlin schweigt.
Das gilt. (Anm. d. Red.) | Der Rest nicht.
Das gilt. [Anmerkung der Redaktion: gekürzt] | Der Rest nicht.
Das gilt. (siehe Seite 4) | Der Rest nicht.
Das gilt. (Quelle: Destatis) | Der Rest nicht.
Das gilt. | (Mehr dazu morgen.) | Der Rest nicht.
Das gilt. | (Das war der Anfang.) | Dann kam mehr.
Wir schaffen das. [Beifall] | Das ist klar.
Wir schaffen das. (Beifall bei der SPD und im Saal) | Berlin hört zu.
Wir schaffen das! (Lebhafter Beifall) | Berlin hört zu.
Wir schaffen das. (Zuruf von der FDP: Nein!) | Berlin hört zu.
Das glaube ich nicht. [lacht] | Politiker sind so.
Das war ein guter Abend. #wahl25 | Mehr morgen.
Das war ein guter Abend. #wahl25 #btw | Berlin feiert.
Das war ein guter Abend! #wahl25
Das war gut. | #wahl25 war ein Erfolg.
Wir sind die #1. | Berlin feiert.
Das war gut. https://beispiel.de/a | Mehr morgen.
+++ 14.05 Uhr: Kiew meldet Angriffe. +++ | +++ 14.30 Uhr: Entwarnung. +++
+++ Kiew meldet Angriffe +++ | Moskau dementiert +++ | Berlin schweigt +++
"""

EMOJI_AND_FLAGS = """
Das war ja klar 😂 | Wer hat das bezahlt?
Das war ja klar 😂😂 | Berlin zahlt.
Das war ja klar😂 | Berlin zahlt.
Das war ja klar 😂 und zwar allen.
Das sieht die ganze Welt 🌍 noch nicht.
Ich esse gern 🍕 Pizza mit Käse.
Solidarität 🇺🇦 | Heute um zwölf auf dem Platz.
Die 🇺🇦 Armee hält stand.
Slawa Ukrajini 🇺🇦 | Berlin ist dabei.
Wann wird geliefert? 🇺🇦 | Heute nicht.
Es geht weiter. 🇩🇪🇺🇦 | Berlin hilft.
Danke ❤️ | Ihr seid toll.
Wie herrlich! XD | Ich lache noch.
Wie herrlich! xD | Ich lache noch.
Das stimmt. ❤️ | Danke.
"""

LISTS_CLIPPED_WORDS_AND_NUMBERS = """
Es fehlen Lehrer, Ärzte, Pfleger usw. | Deutschland spart trotzdem.
Es geht um Renten, Steuern etc. | Politiker reden darüber nicht.
Es geht um Renten, Steuern usf. | Berlin schweigt.
Es geht um Renten, Steuern u. v. m. | Berlin schweigt.
Es geht um Renten usw. und um Geld.
Es kamen Merz, Söder u. a. | Deutschland wartet auf Antworten.
In Berlin, Bonn u. a. Städten war es ruhig.
In der geisteswissenschaftl. Forschung ist das üblich. | Die gesellschaftl. Folgen sind klein.
Er hat es schriftl. | Das genügt.
Das ist gebräuchl. Praxis.
Die wirtsch. Lage ist schlecht.
Das Bundesl. Hessen zahlt. | Bayern nicht.
Die Öffentl. Hand spart. | Der Rest nicht.
Er zahlte 5 Mill. Dollar an die Fa. Meier. | Dann ging er.
A bissl. | Peter lacht.
Das ist ein Dirndl. | Peter lacht.
Das schrieb Brandl. | Meier las es.
Die Quote liegt bei 5. | Parteien darunter fallen heraus.
Die Zahl stieg auf 12. | Experten warnen.
Es waren nur 12. | Polizisten sperrten ab.
Trump ist die Nr. 47. | Biden war die Nr. 46.
Das steht in Art. 5. | Juristen streiten.
Das wollen die U.S.A. | Europa will es nicht.
Das war in der D.D.R. | Menschen flohen.
a) Das Geld fehlt. | b) Die Zeit fehlt. | c) Wer zahlt?
Das gilt (a) heute. | (b) morgen gilt es nicht.
Das steht in Nr. 3 lit. a) des Vertrags.
Auf „Warum?“ Antworten zu finden, ist schwer. | Sehr schwer.
Mit „Wir schaffen das!“ Wähler zu gewinnen, ist schwer.
Er rief „Nein!“ | Peter schwieg.
"""

DATELINES_AND_SPACED_QUOTES = """
BERLIN. Der Kanzler kam zu spät. | Niemand wartete.
KIEW/MOSKAU. Drohnen flogen. | Niemand starb.
FRANKFURT AM MAIN. Die Bank schweigt. | Der Rest auch.
ST. PETERSBURG. Der Hafen brennt.
Berlin. Der Kanzler kam zu spät. | Niemand wartete.
Berlin (dpa) – Der Kanzler kam. | Niemand wartete.
Berlin (dpa/AFP). Der Kanzler kam. | Niemand wartete.
Berlin, 3. Mai (Reuters) – Der Kanzler kam. | Niemand wartete.
NEIN. | Das geht nicht.
DAS IST KLAR. | ALLE WISSEN ES.
Stimmt. | Der Kanzler kam zu spät.
« Das ist falsch. » | Er ging.
« Das ist falsch. | Es bleibt falsch. » | Er ging.
» Das ist falsch. « | Er ging.
« Ist das falsch ? » fragte er.
" Das ist falsch. " | Er ging.
Er kam. | « Nein », sagte sie. | « Doch. »
"""

UNSEEN = """
Das erste.\u200b | Das zweite.
Das erste\u200b. | Das zweite.
Das erste. | \u200bDas zweite.
Das erste.\ufeff | Das zweite.
Das erste.\u200e | Das zweite.
Das erste.\x1f | Das zweite.
Das er\xadste. | Das zweite.
Dr.\u200b Weiß kam.
Das gilt z.\u200bB. für Berlin.
"""

ENGLISH = """
Mr. Smith left. | Mrs. Jones stayed.
Dr. Brown met Prof. Green in St. Louis.
He works for Acme Inc. in Boston. | She does not.
He works for Acme Inc. | She does not.
The U.S. Senate voted. | Nobody cared.
It happened in the U.S. | The Senate voted.
Use fruit, e.g. apples. | That helps.
That is, i.e. Monday. | Fine.
It rose 3.5 percent. | Prices fell.
He was born in 1990. | Life was good.
He is 25. | Peter is 30.
Chapter 3. | Peter arrives.
See Fig. 3 and No. 5. | They differ.
J. R. Miller wrote it. | It sold well.
He left at 5 p.m. | The door closed.
He left at 5 p.m. Monday.
“Is it true?” he asked. | Nobody knew.
“It is true.” | He left.
"Stop!" | They stopped.
Wait... what? | Nothing.
Wait... | Then he left.
On Jan. 5 he left. | On Feb. 6 he came back.
He met Gen. Miller, Sen. Brown et al. | They talked.
Smith v. Jones was decided. | It stands.
Apples, pears, etc. are fruit. | So are plums.
Apples, pears, etc. | They are fruit.
1. The costs rise. | 2. The use falls.
She said no. | Peter left.
He came in. | Peter left.
Apples, pears, etc. | Politicians do not care.
He lives in the U.S.A. | Peter does not.
It was refuted.[1] | Peter disagreed.
We will win. (Applause) | Peter smiled.
LONDON. The minister left. | Nobody cared.
Yahoo! Japan grew. | Nobody cared.
"""

UKRAINIAN = """
Він народився у 1960 р. у м. Київ. | Потім він працював.
Це було у 2022 р. | Він став іншим.
На 24 лютого 2022 р. Росія напала.
Проф. В. О. Шевченко та ін. | Україна не здається!
Він живе на вул. Хрещатик, буд. 5. | Там тихо.
«Чому?» — запитав він. | Ніхто не знає.
Ціна зросла до 5 тис. грн. | Це багато.
Купили яблука, груші і т. д. | Президент мовчить.
Т. зв. республіки зникли.
Див. рис. 3. | Там усе є.
В. Портников написав це. | Він має рацію.
Напр. Польща допомогла. | І Чехія теж.
Це план Б. | Він кращий.
"""

RUSSIAN = """
Он родился в 1960 г. в г. Киев. | Потом он работал.
Это было в 2022 г. | Он стал другим.
Проф. В. О. Шевченко и др. | Украина не сдается!
Он живет на ул. Крещатик, д. 5. | Там тихо.
«Почему?» — спросил он. | Никто не знает.
Цена выросла до 5 тыс. руб. | Это много.
Купили яблоки, груши и т. д. | Президент молчит.
Т. н. республики исчезли.
См. рис. 3. | Там все есть.
Напр. Польша помогла. | И Чехия тоже.
"""


def cases(table: str) -> list[str]:
    return [line for line in table.split("\n") if line]


def marked(text: str, language: str) -> str:
    return " | ".join(text[a:b] for a, b in sentence_spans(text, language=language))


GERMAN = [
    line
    for table in (
        ABBREVIATIONS,
        NUMBERS,
        INITIALS,
        QUOTES,
        MARKS,
        WORDS,
        WEB_AND_NEWS,
        NOTES_BEHIND_THE_STOP,
        EMOJI_AND_FLAGS,
        LISTS_CLIPPED_WORDS_AND_NUMBERS,
        DATELINES_AND_SPACED_QUOTES,
        UNSEEN,
    )
    for line in cases(table)
]


@pytest.mark.parametrize("line", GERMAN)
def test_german_sentences_end_where_they_should(line: str) -> None:
    assert marked(line.replace(" | ", " "), "de") == line


@pytest.mark.parametrize("line", cases(ENGLISH))
def test_english_sentences_end_where_they_should(line: str) -> None:
    assert marked(line.replace(" | ", " "), "en") == line


@pytest.mark.parametrize("line", cases(UKRAINIAN))
def test_ukrainian_sentences_end_where_they_should(line: str) -> None:
    assert marked(line.replace(" | ", " "), "uk") == line


@pytest.mark.parametrize("line", cases(RUSSIAN))
def test_russian_sentences_end_where_they_should(line: str) -> None:
    assert marked(line.replace(" | ", " "), "ru") == line


ANY_TEXT = st.text(max_size=200)
#: Text of the pieces on which rules turn, so that they meet in all orders.
RULE_TEXT = st.lists(
    st.sampled_from(
        [*".!?…:;,()[]„“”»«‚‘\"'–-•", " ", "  ", "\u00a0", "\n", "\r\n", "\t", "\0", "\u0301", "🙂", "👍🏻", "א",
         ":-)", "z. B.", "usw.", "Dr.", "d. h.", "u. a.", "23.", "2010.", "XIV.", "S.", "der", "Der", "ab", "wurde",
         "Haus", "Oktober", "[1]", "¹", "(dpa)", "#a", "🇺🇦", "😂", "❤️", "+++", "XD", "\u200b", "\u00ad",
         "schriftl.", "Nr.", "BERLIN.", "a)", "www.a.de", "a@b.de", "[...]", "(!)", "Yahoo!", "eBay", "Str.", "ß", "Ä", "é", "1."]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(ANY_TEXT, RULE_TEXT), st.sampled_from(["de", "en", "uk", "ru"]))
def test_spans_are_sorted_disjoint_trimmed_and_leave_out_white_space_only(text: str, language: str) -> None:
    spans = list(sentence_spans(text, language=language))
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    assert edges == sorted(edges)
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in spans)
    assert not "".join(text[end:start] for end, start in zip(edges[::2], edges[1::2], strict=True)).strip()


@settings(deadline=None)
@given(RULE_TEXT, RULE_TEXT, RULE_TEXT)
def test_what_stands_around_a_stretch_has_no_influence(before: str, text: str, after: str) -> None:
    start, end = len(before), len(before) + len(text)
    alone = [(a + start, b + start) for a, b in sentence_spans(text)]
    assert list(sentence_spans(before + text + after, start, end)) == alone


@settings(deadline=None)
@given(RULE_TEXT)
def test_a_no_break_space_counts_like_a_space(text: str) -> None:
    spans = list(sentence_spans(text))
    assert list(sentence_spans(text.replace(" ", "\u00a0"))) == spans


@settings(deadline=None)
@given(RULE_TEXT, RULE_TEXT)
def test_a_line_break_ends_a_sentence(first: str, second: str) -> None:
    offset = len(first) + 1
    together = [*sentence_spans(first), *((a + offset, b + offset) for a, b in sentence_spans(second))]
    assert list(sentence_spans(f"{first}\n{second}")) == together


HARD = {
    "letters": "a",
    "stops": ".",
    "marks": "?!",
    "stops and closers": ".)",
    "closers": "”",
    "openers": "„",
    "stops and spaces": ". ",
    "emoticons": ":-) ",
    "smileys": ". 🙂",
    "abbreviations": "z. B. ",
    "numbers": "3. ",
    "spaces": " ",
    "line feeds": "\n",
    "open brackets": "(a! ",
    "brackets": "(a.) ",
    "combining marks": "e\u0301",
    "right to left": "שלום. ",
    "NUL": "\0",
    "sentences": "Das ist ein Satz. ",
}


def seconds(piece: str, size: int) -> float:
    text = (piece * (size // len(piece) + 1))[:size]
    times = []
    for _ in range(3):
        start = time.process_time()
        for _ in sentence_spans(text):
            pass
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("piece", HARD.values(), ids=HARD.keys())
def test_time_grows_with_the_text_and_not_with_its_square(piece: str) -> None:
    # eight times the text: a linear rule takes about 8 times as long, a quadratic one 64 times
    assert seconds(piece, 80_000) < max(24 * seconds(piece, 10_000), 0.02)


@pytest.mark.parametrize("piece", ["a", "ä", "\0", ".", "”", "„", "e\u0301", "🙂", "ש"])
def test_a_megabyte_without_a_space_is_one_sentence_at_once(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert list(sentence_spans(text)) == [(0, len(text))]
