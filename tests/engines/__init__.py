"""Engines against each other: the same functions, the same sources, the same pins."""
