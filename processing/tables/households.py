"""What households spend, by age, income and size; cells that rest on few of them are withheld."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.contract import Check, Column, Contract, Suppression
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.expressions import cents, percent, row_number, usd
from processing.tables.lines import with_amount
from processing.tables.registry import table

FEWEST = 10
DIMENSIONS = ("age", "income", "household_size")
DESCRIBED = "described"
NOT_DESCRIBED = "not described"
WITHHELD = f"; empty where fewer than {FEWEST} households would stand behind it"
ROUNDED = "rounded to ten dollars, so that it is no single household’s amount"

HOUSEHOLDS = Column(
    name="households",
    type="int32",
    unit="households",
    meaning=f"Households that bought anything with an amount in the year so far{WITHHELD}",
    nullable=True,
    minimum=0,
)
IS_WITHHELD = c.column(
    "is_withheld",
    "bool",
    "yes or no",
    "Too few households stand behind the row, or it would give such a row away",
)
FEW = (
    f"What a group of households spent is withheld where it has fewer than {FEWEST} of them, and "
    "where it would follow from a total less the other groups."
)
NO_DEMOGRAPHICS = (
    "Households without demographics count as not described: in no band, and in all totals."
)


def _withheld(name: str, unit: str, meaning: str) -> Column:
    """A column of money that is emptied where too few households stand behind it."""
    return c.column(name, "usd", unit, meaning + WITHHELD, nullable=True)


MEAN = _withheld("sales_per_household_usd", "US dollars", "Mean of what a household spent")


@table(
    Contract(
        title="Spending by band of households",
        grain="One row per dimension (age, income, household size, described or not) and band",
        key=("dimension", "band"),
        columns=(
            c.column("dimension", "string", "dimension", "What the band is of"),
            c.column("band", "string", "band", "The band as the source writes it"),
            c.column("position", "int16", "place", "Order of the band in its dimension"),
            c.column("name", "string", "name", "What pages call the band"),
            HOUSEHOLDS,
            c.column(
                "baskets", "int32", "baskets", "What they bought in" + WITHHELD, nullable=True
            ),
            _withheld("sales_usd", "US dollars", "What they spent together"),
            c.column(
                "share_pct",
                "pct",
                "per cent",
                f"Share of all sales of the year so far{WITHHELD}",
                nullable=True,
            ),
            MEAN,
            _withheld("quarter_usd", "US dollars", f"A quarter spent this or less, {ROUNDED}"),
            _withheld("median_usd", "US dollars", f"Half spent this or less, {ROUNDED}"),
            _withheld("three_quarters_usd", "US dollars", f"Three quarters did, {ROUNDED}"),
            IS_WITHHELD,
        ),
        checks=(
            Check(
                kind="not_above",
                says="no more households than baskets",
                column="households",
                terms=("baskets",),
            ),
            Check(
                kind="not_above",
                says="the quarter is not above the median",
                column="quarter_usd",
                terms=("median_usd",),
            ),
            Check(
                kind="not_above",
                says="the median is not above three quarters",
                column="median_usd",
                terms=("three_quarters_usd",),
            ),
        ),
        treatment=(FEW, NO_DEMOGRAPHICS, c.NO_AMOUNT),
        cadence="daily",
        suppress=Suppression(
            count="households",
            minimum=FEWEST,
            columns=(
                "baskets",
                "sales_usd",
                "share_pct",
                "sales_per_household_usd",
                "quarter_usd",
                "median_usd",
                "three_quarters_usd",
            ),
            flag="is_withheld",
            totals=(("dimension",),),
            disjoint=True,
        ),
    )
)
def spending_by_household_band(
    transactions: LazyFrame, demographics: LazyFrame, household_bands: LazyFrame
) -> LazyFrame:
    """One row per dimension and band: households, what they spent together, each and in between."""
    spent = _spending(transactions).join(demographics, on="household_id", how="left")
    banded = nw.concat(
        [
            *(_in_bands(spent, name, nw.col(name)).filter(~nw.col("band").is_null())
              for name in DIMENSIONS),
            _in_bands(spent, "description", _description()),
        ]
    )  # fmt: skip
    whole = spent.select(all_cents=nw.col("sales_cents").sum().cast(nw.Int64))
    found = _summed(banded).join(whole, how="cross")
    measured = found.with_columns(
        sales_usd=usd("sales_cents"),
        share_pct=percent(nw.col("sales_cents"), nw.col("all_cents")),
        sales_per_household_usd=usd("mean_cents"),
    ).drop("sales_cents", "mean_cents", "all_cents")
    keys = ["dimension", "band"]
    return household_bands.join(measured, on=keys, how="left").with_columns(
        households=nw.coalesce(nw.col("households"), nw.lit(0)),
        is_withheld=nw.lit(False),
    )


@table(
    Contract(
        title="Spending by age and household size",
        grain="One row per age band and household size",
        key=("age", "household_size"),
        columns=(
            c.column("age", "string", "band", "Age band as the source writes it"),
            c.column("household_size", "string", "band", "Household size as the source writes it"),
            c.column("age_position", "int16", "place", "Order of the age bands"),
            c.column("age_name", "string", "name", "What pages call the age band"),
            c.column("size_position", "int16", "place", "Order of the household sizes"),
            c.column("size_name", "string", "name", "What pages call the household size"),
            HOUSEHOLDS,
            MEAN,
            IS_WITHHELD,
        ),
        treatment=(FEW, NO_DEMOGRAPHICS, c.NO_AMOUNT),
        cadence="daily",
        suppress=Suppression(
            count="households",
            minimum=FEWEST,
            columns=("sales_per_household_usd",),
            flag="is_withheld",
            totals=(("age",), ("household_size",)),
            disjoint=True,
        ),
    )
)
def spending_by_age_household_size(
    transactions: LazyFrame, demographics: LazyFrame, household_bands: LazyFrame
) -> LazyFrame:
    """One row per age band and household size: households, and the mean of what one spent."""
    spent = _spending(transactions).join(demographics, on="household_id", how="inner")
    keys = ["age", "household_size"]
    found = spent.group_by(*keys).agg(
        households=nw.len(), sales_cents=nw.col("sales_cents").sum().cast(nw.Int64)
    )
    grid = _names(household_bands, "age", "age").join(
        _names(household_bands, "household_size", "size"), how="cross"
    )
    return (
        grid.join(found, on=keys, how="left")
        .with_columns(
            households=nw.coalesce(nw.col("households"), nw.lit(0)),
            sales_per_household_usd=_mean_cents() / 100,
            is_withheld=nw.lit(False),
        )
        .drop("sales_cents")
    )


@table(
    Contract(
        title="Sales by week and whether households are described",
        grain="One row per week and kind of household: described, or without demographics",
        key=("week", "is_described"),
        columns=(
            c.WEEK,
            c.column("is_described", "bool", "yes or no", "The household has demographics"),
            c.SALES_USD,
        ),
        treatment=(NO_DEMOGRAPHICS, c.NO_AMOUNT, c.WEEKS),
        cadence="daily",
    ),
    by_week=True,
)
def sales_by_week_description(transactions: LazyFrame, demographics: LazyFrame) -> LazyFrame:
    """One row per week and kind of household: sales_usd, which add up to the sales of the week."""
    known = demographics.select("household_id", "age")
    return (
        transactions.join(known, on="household_id", how="left")
        .with_columns(is_described=~nw.col("age").is_null(), sales_cents=cents("sales_value"))
        .group_by("week", "is_described")
        .agg(nw.col("sales_cents").sum())
        .with_columns(sales_usd=usd("sales_cents"))
        .drop("sales_cents")
    )


def _spending(transactions: LazyFrame) -> LazyFrame:
    """One row per household that bought anything with an amount: sales_cents and baskets."""
    return (
        with_amount(transactions)
        .with_columns(sales_cents=cents("sales_value"))
        .group_by("household_id")
        .agg(
            nw.col("sales_cents").sum().cast(nw.Int64),
            baskets=nw.col("basket_id").n_unique().cast(nw.Int64),
        )
    )


def _description() -> nw.Expr:
    return nw.when(nw.col("age").is_null()).then(nw.lit(NOT_DESCRIBED)).otherwise(nw.lit(DESCRIBED))


def _in_bands(spent: LazyFrame, dimension: str, band: nw.Expr) -> LazyFrame:
    """One row per household, with the band it lies in."""
    return spent.select(
        "household_id", "sales_cents", "baskets", dimension=nw.lit(dimension), band=band
    )


def _summed(banded: LazyFrame) -> LazyFrame:
    """One row per dimension and band: households, baskets, cents, their mean and quartiles."""
    keys = ["dimension", "band"]
    placed = banded.with_columns(
        place=row_number(["sales_cents", "household_id"], within=keys),
        # How many households the band has, as a running count from the other end.
        count=nw.col("sales_cents").count().over(*keys),
    )
    summed = placed.group_by(*keys).agg(
        nw.col("baskets").sum().cast(nw.Int64),
        nw.col("sales_cents").sum().cast(nw.Int64),
        **{name: _at(quarters).max().cast(nw.Int64) for name, quarters in QUARTILES.items()},
        households=nw.len(),
    )
    return summed.with_columns(mean_cents=_mean_cents(), **{name: usd(name) for name in QUARTILES})


QUARTILES = {"quarter_usd": 1, "median_usd": 2, "three_quarters_usd": 3}


def _at(quarters: int) -> nw.Expr:
    """What the household spends below or at which so many quarters lie, to ten dollars."""
    wanted = (nw.col("count") * quarters + 3) // 4
    tens = (nw.col("sales_cents") + 500) // 1000 * 1000
    return nw.when(nw.col("place") == wanted).then(tens)


def _mean_cents() -> nw.Expr:
    """The mean in whole cents, halves up: no engine rounds it another way."""
    count = nw.col("households")
    return (nw.col("sales_cents") * 2 + count) // (count * 2)


def _names(bands: LazyFrame, dimension: str, prefix: str) -> LazyFrame:
    """The bands of one dimension under the name of the dimension, with position and name."""
    return bands.filter(nw.col("dimension") == dimension).select(
        nw.col("band").alias(dimension),
        nw.col("position").alias(f"{prefix}_position"),
        nw.col("name").alias(f"{prefix}_name"),
    )
