"""All HTML: the reading page, the index of a folder, the evaluation; each from records it is handed."""
