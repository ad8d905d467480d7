"""Texts in: files become commentaries with typed blocks, and sentences with exact offsets."""
