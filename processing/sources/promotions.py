"""Promotions as declared: where a product stood on display and in the mailer, week by week."""

from __future__ import annotations

from processing.sources.complete_journey import (
    CAVEAT,
    FIRST_MONDAY,
    KEPT_BY_HAND,
    LICENCE,
    ORIGIN,
    OWN_LICENCE,
)
from processing.sources.source import RawColumn, Source, SourceClock, SourceWeeks

DISPLAY_CODES = ("0", "1", "2", "3", "4", "5", "6", "7", "9", "A")
MAILER_CODES = ("0", "A", "C", "D", "F", "H", "J", "L", "P", "X", "Z")

# Without a key: to look for one among 20.9 million rows takes longer than all else in a build, and
# a row that stands twice changes nothing, since tables only ask whether a placement was there.
PROMOTIONS = Source(
    name="promotions",
    title="Placements: one row per product, store, week and placement on display or in the mailer",
    origin=ORIGIN,
    licence=LICENCE,
    updated="weekly (replayed)",
    caveat=CAVEAT,
    columns=(
        RawColumn("product_id", "integer", "the product"),
        RawColumn("store_id", "integer", "the store", minimum=0),
        RawColumn(
            "display_location", "text", "0 not on display, else where", allowed=DISPLAY_CODES
        ),
        RawColumn(
            "mailer_location", "text", "0 not in the mailer, else where", allowed=MAILER_CODES
        ),
        RawColumn("week", "integer", "week of 2017, as in the transactions", minimum=1),
    ),
    clock=SourceClock(kind="week", column="week", first_monday=FIRST_MONDAY),
    weeks=SourceWeeks(column="week", first_monday=FIRST_MONDAY),
)

PLACEMENTS = Source(
    name="placements",
    title="Names of placements: one row per kind and code",
    origin=f"Names of placements as in the R package completejourney, {KEPT_BY_HAND}",
    licence=OWN_LICENCE,
    updated="by hand",
    columns=(
        RawColumn("kind", "text", "any, display or mailer", allowed=("any", "display", "mailer")),
        RawColumn("code", "text", "the code as the source writes it"),
        RawColumn("position", "integer", "order among all", minimum=1),
        RawColumn("name", "text", "a name readers understand"),
    ),
    key=("kind", "code"),
)

DECLARED = (PROMOTIONS, PLACEMENTS)
