"""An index over a corpus, made from the lean files of ``tag --to parts`` without loading them."""
