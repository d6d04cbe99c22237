"""The quality gate of a finished site: one file per kind of finding."""
