"""A model as a folder: written, checked, read."""
