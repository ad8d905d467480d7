"""Reported speech in German, without a parser: who says something, by which words, and in which frame."""
