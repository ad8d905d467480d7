"""What an audit says, by language; parts in braces are filled in."""

GERMAN = {
    "up": "Vorschläge haben den Anteil von {what} um {points} Punkte erhöht ({low} bis {high}).",
    "down": "Vorschläge haben den Anteil von {what} um {points} Punkte gesenkt ({low} bis {high}).",
    "none": "Bei keinem Code ist nachgewiesen, dass Vorschläge ihn häufiger oder seltener machen; "
    "Verschiebungen über {points} Punkte sind bei {share} der Codes ausgeschlossen.",
    "unknown": "Ob Vorschläge die Codierungen verschieben, ist nicht zu sagen: {reason}.",
    "seen": "Niemand wurde ausgelost, ohne Vorschläge zu codieren: Der Vergleich zeigt Unterschiede, "
    "keine Wirkung.",
    "pull": "Mit dem Modell stimmen die Codierungen in „{layer}“ um {points} Punkte öfter überein, wenn "
    "sein Vorschlag zu sehen ist ({low} bis {high}).",
    "accepts": "{who} übernimmt fast alle Vorschläge ({kept}), auch solche, die ohne Vorschlag anders "
    "codiert würden.",
    "leans": "{who} folgt den Vorschlägen: {points} Punkte öfter dem Modell gleich als ohne.",
    "ignores": "{who} lässt sich von Vorschlägen nicht leiten.",
    "unclear": "Ob {who} den Vorschlägen folgt, ist nicht zu sagen.",
    "kept": "{kept} von {n} Vorschlägen blieben stehen.",
    "time": "Ein Satz dauert mit Vorschlägen {ratio}-mal so lange ({low} bis {high}).",
    "thirds": "Im letzten Drittel blieben {last} der Vorschläge stehen, im ersten {first}.",
    "since": "Gegenüber der Zeit vor dem ersten Vorschlag sind {n} von {all} Codes deutlich häufiger oder "
    "seltener, am meisten {what} ({points} Punkte, {low} bis {high}); das kann auch an anderen Texten "
    "oder an der Übung liegen.",
    "heads": "Ebene|Code|behalten|mit|ohne|Unterschied",
    "plan": "{texts} Kommentare, {sentences} Sätze, {codings} Codierungen; Ähnlichkeit in einem Kommentar "
    "{correlation} ({how}). Verschiebung in Punkten, die mit einer Wahrscheinlichkeit von 80 % gezeigt "
    "wird, für Codes, die so häufig sind:",
    "measured": "aus den Codierungen bis jetzt",
    "assumed": "angenommen",
    "without": "ohne Vorschläge",
    "now": "jetzt",
    "no_control": "Jeder Satz wurde mit Vorschlägen codiert; no_suggestion_share in study.yaml hält "
    "Kommentare ohne Vorschläge zurück",
    "not_yet": "Seit dem ersten Vorschlag wurde noch nichts ohne Vorschläge codiert",
    "too_little": "Es gibt zu wenige Kommentare oder Codierungen",
}
ENGLISH = {
    "up": "Suggestions raised the share of {what} by {points} points ({low} to {high}).",
    "down": "Suggestions lowered the share of {what} by {points} points ({low} to {high}).",
    "none": "No code is shown to be given more or less often because of suggestions; shifts above {points} "
    "points are ruled out for {share} of the codes.",
    "unknown": "Whether suggestions shift the codings cannot be said: {reason}.",
    "seen": "Nobody was drawn to code without suggestions: the comparison shows differences, not effects.",
    "pull": "In “{layer}” the codings agree with the model {points} points more often where its suggestion "
    "is seen ({low} to {high}).",
    "accepts": "{who} takes nearly all suggestions ({kept}), also those that would be coded otherwise "
    "without.",
    "leans": "{who} follows the suggestions: {points} points more often like the model than without.",
    "ignores": "{who} is not led by suggestions.",
    "unclear": "Whether {who} follows the suggestions cannot be said.",
    "kept": "{kept} of {n} suggestions were kept.",
    "time": "A sentence takes {ratio} times as long with suggestions ({low} to {high}).",
    "thirds": "In the last third {last} of the suggestions were kept, in the first {first}.",
    "since": "Compared with the time before the first suggestion {n} of {all} codes are clearly more or "
    "less "
    "frequent, most of all {what} ({points} points, {low} to {high}); other texts or practice may be the "
    "reason.",
    "heads": "layer|code|kept|with|without|difference",
    "plan": "{texts} commentaries, {sentences} sentences, {codings} codings; correlation within a "
    "commentary "
    "{correlation} ({how}). Shift in points that is shown with a chance of 80%, for codes that are given "
    "so often:",
    "measured": "from the codings so far",
    "assumed": "assumed",
    "without": "without suggestions",
    "now": "now",
    "no_control": "every sentence was coded with suggestions; no_suggestion_share in study.yaml keeps "
    "commentaries without any",
    "not_yet": "nothing without suggestions was coded since the first suggestion",
    "too_little": "there are too few commentaries or codings",
}
