"""The start page of a study: what there is, who codes what, how good it is, and the next step."""
