"""The material of tests/exports/formats."""

from ..formats.conftest import book, material_of

__all__ = ["book", "material_of"]
