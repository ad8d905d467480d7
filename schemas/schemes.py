"""Published annotation schemes and the names of their codes, for ``maps`` in a codebook.

Sources: Webis-Editorials-16 (Al-Khatib et al. 2016); SemEval-2023 task 3, subtask 3 (the 23
techniques as in its files, and their six groups as in its description); SemEval-2020 task 11 (14
merged techniques); SemEval-2016 task 6; x-stance (Vamvas and Sennrich 2020); CHeeSE (Mascarell et
al. 2021).
"""

#: What the techniques of SemEval-2023 task 3 are grouped by: no label of its files.
SEMEVAL_2023_GROUPS = (
    "Attack on Reputation", "Justification", "Distraction", "Simplification", "Call", "Manipulative Wording",
)  # fmt: skip
#: Scheme → names of its codes. `common_ground` and `common-ground` are both in use.
SCHEMES: dict[str, list[str]] = {
    "webis-editorials-16": [
        "common_ground", "common-ground", "assumption", "testimony", "statistics", "anecdote", "other",
        "no-unit", "continued",
    ],
    "semeval-2023": [
        *SEMEVAL_2023_GROUPS,
        "Name_Calling-Labeling", "Guilt_by_Association", "Doubt", "Appeal_to_Hypocrisy",
        "Questioning_the_Reputation",
        "Flag_Waving", "Appeal_to_Authority", "Appeal_to_Popularity", "Appeal_to_Values",
        "Appeal_to_Fear-Prejudice",
        "Straw_Man", "Red_Herring", "Whataboutism",
        "Causal_Oversimplification", "False_Dilemma-No_Choice", "Consequential_Oversimplification",
        "Slogans", "Conversation_Killer", "Appeal_to_Time",
        "Loaded_Language", "Obfuscation-Vagueness-Confusion", "Exaggeration-Minimisation", "Repetition",
    ],
    "semeval-2020": [
        "Appeal_to_Authority", "Appeal_to_fear-prejudice", "Bandwagon,Reductio_ad_hitlerum",
        "Black-and-White_Fallacy", "Causal_Oversimplification", "Doubt", "Exaggeration,Minimisation",
        "Flag-Waving", "Loaded_Language", "Name_Calling,Labeling", "Repetition", "Slogans",
        "Thought-terminating_Cliches", "Whataboutism,Straw_Men,Red_Herring",
    ],
    "semeval-2016": ["FAVOR", "AGAINST", "NONE"],
    "x-stance": ["FAVOR", "AGAINST"],
    "cheese": ["Ja, dafür", "Nein, dagegen", "Diskutierend", "Unklar", "Kein Bezug"],
}  # fmt: skip
