"""From a sentence to what a classifier sees of it."""
