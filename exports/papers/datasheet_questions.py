"""The questions of a datasheet, in the order and under the headings of Gebru et al. (2021).

Timnit Gebru, Jamie Morgenstern, Briana Vecchione, Jennifer Wortman Vaughan, Hanna Wallach, Hal Daumé III and
Kate Crawford: Datasheets for Datasets. Communications of the ACM 64(12), 86–92, doi:10.1145/3458723.
"""

from exports.papers.markdown import Question

SECTIONS: dict[str, tuple[Question, ...]] = {
    "Motivation": (
        Question("purpose", "For what purpose was the dataset created?"),
        Question("creators", "Who created the dataset, and on behalf of which entity?"),
        Question("funding", "Who funded the creation of the dataset?"),
        Question("motivation_other", "Any other comments?"),
    ),
    "Composition": (
        Question("instances", "What do the instances represent?", is_closed=True),
        Question("number", "How many instances are there in total, of each type?", is_closed=True),
        Question(
            "sample", "Does the dataset contain all possible instances, or is it a sample of a larger set?"
        ),
        Question("data", "What data does each instance consist of?", is_closed=True),
        Question("label", "Is there a label or target associated with each instance?", is_closed=True),
        Question("missing", "Is any information missing from individual instances?", is_closed=True),
        Question(
            "relations", "Are relationships between individual instances made explicit?", is_closed=True
        ),
        Question("splits", "Are there recommended data splits?", is_closed=True),
        Question("errors", "Are there any errors, sources of noise, or redundancies in the dataset?"),
        Question("external", "Is the dataset self-contained, or does it rely on external resources?"),
        Question("confidential", "Does the dataset contain data that might be considered confidential?"),
        Question(
            "offensive",
            "Does it contain data that might be offensive, insulting, threatening, or cause anxiety?",
        ),
        Question("subpopulations", "Does the dataset identify any subpopulations?"),
        Question("identify", "Is it possible to identify individuals, directly or indirectly?"),
        Question("sensitive", "Does it contain data that might be considered sensitive in any way?"),
        Question("composition_other", "Any other comments?"),
    ),
    "Collection process": (
        Question("acquired", "How was the data associated with each instance acquired?"),
        Question("mechanisms", "What mechanisms or procedures were used to collect the data?"),
        Question("sampling", "If the dataset is a sample from a larger set, what was the sampling strategy?"),
        Question("collectors", "Who was involved in the data collection, and how were they compensated?"),
        Question("timeframe", "Over what timeframe was the data collected?"),
        Question("ethics", "Were any ethical review processes conducted?"),
        Question("direct", "Was the data collected from the individuals directly, or through third parties?"),
        Question("notified", "Were the individuals in question notified about the data collection?"),
        Question(
            "consent", "Did the individuals in question consent to the collection and use of their data?"
        ),
        Question("revoke", "If consent was obtained, were they given a way to revoke it?"),
        Question(
            "impact", "Has the potential impact of the dataset and its use on data subjects been analysed?"
        ),
        Question("collection_other", "Any other comments?"),
    ),
    "Preprocessing, cleaning, labeling": (
        Question("preprocessing", "Was any preprocessing, cleaning or labeling of the data done?"),
        Question("raw", "Was the raw data saved in addition to the preprocessed, cleaned, labeled data?"),
        Question("software", "Is the software that was used to preprocess, clean and label available?"),
        Question("preprocessing_other", "Any other comments?"),
    ),
    "Uses": (
        Question("used", "Has the dataset been used for any tasks already?"),
        Question("repository", "Is there a repository that links to papers or systems that use the dataset?"),
        Question("tasks", "What other tasks could the dataset be used for?"),
        Question(
            "future", "Is there anything about its composition or collection that might impact future uses?"
        ),
        Question("not_for", "Are there tasks for which the dataset should not be used?"),
        Question("uses_other", "Any other comments?"),
    ),
    "Distribution": (
        Question(
            "third_parties",
            "Will the dataset be distributed to third parties outside of the creating entity?",
        ),
        Question(
            "how", "How will the dataset be distributed? Does it have a digital object identifier (DOI)?"
        ),
        Question("when", "When will the dataset be distributed?"),
        Question(
            "license", "Under which copyright or other licence, or terms of use, will it be distributed?"
        ),
        Question("restrictions", "Have any third parties imposed restrictions on the data of the instances?"),
        Question("controls", "Do any export controls or other regulatory restrictions apply?"),
        Question("distribution_other", "Any other comments?"),
    ),
    "Maintenance": (
        Question("maintainer", "Who will be supporting, hosting and maintaining the dataset?"),
        Question("contact", "How can the owner, curator or manager of the dataset be contacted?"),
        Question("erratum", "Is there an erratum?"),
        Question("updates", "Will the dataset be updated?"),
        Question("retention", "Are there limits on how long data of people may be kept?"),
        Question("older", "Will older versions continue to be supported, hosted and maintained?"),
        Question("extend", "If others want to extend or contribute to the dataset, how can they do so?"),
        Question("maintenance_other", "Any other comments?"),
    ),
}
