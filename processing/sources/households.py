"""What is known of households, as declared: age, income and size in bands, and their names."""

from __future__ import annotations

from processing.sources.complete_journey import (
    CAVEAT,
    KEPT_BY_HAND,
    LICENCE,
    ORIGIN,
    OWN_LICENCE,
)
from processing.sources.source import RawColumn, Source

AGES = ("19-24", "25-34", "35-44", "45-54", "55-64", "65+")
INCOMES = (
    "Under 15K",
    "15-24K",
    "25-34K",
    "35-49K",
    "50-74K",
    "75-99K",
    "100-124K",
    "125-149K",
    "150-174K",
    "175-199K",
    "200-249K",
    "250K+",
)
SIZES = ("1", "2", "3", "4", "5+")

DEMOGRAPHICS = Source(
    name="demographics",
    title="Demographics: one row per household that is described",
    origin=ORIGIN,
    licence=LICENCE,
    updated="never (a fixed list)",
    caveat=CAVEAT,
    columns=(
        RawColumn("household_id", "integer", "the household", minimum=0),
        RawColumn("age", "text", "age by the publisher, in bands", allowed=AGES),
        RawColumn("income", "text", "household income in US dollars, in bands", allowed=INCOMES),
        RawColumn("household_size", "text", "persons in the household", allowed=SIZES),
    ),
    key=("household_id",),
)

HOUSEHOLD_BANDS = Source(
    name="household_bands",
    title="Names of the bands of households: one row per dimension and band",
    origin=f"Names of bands {KEPT_BY_HAND}",
    licence=OWN_LICENCE,
    updated="by hand",
    columns=(
        RawColumn(
            "dimension",
            "text",
            "what the band is of",
            allowed=("age", "income", "household_size", "description"),
        ),
        RawColumn("band", "text", "the band as the source writes it"),
        RawColumn("position", "integer", "order among the bands of the dimension", minimum=1),
        RawColumn("name", "text", "a name readers understand"),
    ),
    key=("dimension", "band"),
)
