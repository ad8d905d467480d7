"""Several codings of a sentence become one, by a named rule."""
