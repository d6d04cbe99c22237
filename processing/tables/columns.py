"""Columns that tables share: one quantity has one name, unit and meaning everywhere."""

from __future__ import annotations

from processing.contracts.contract import Column, ColumnType

FIRST_WEEK_STARTS = "week 1 is 1 January 2017 alone"

WEEK = Column(
    name="week",
    type="int16",
    unit="week of the year",
    meaning=f"Week of 2017, Monday to Sunday in US Eastern time; {FIRST_WEEK_STARTS}",
    minimum=1,
    maximum=53,
)
WEEK_START_DATE = Column(
    name="week_start_date", type="date", unit="date", meaning="The Monday that starts the week"
)
WEEK_END_DATE = Column(
    name="week_end_date", type="date", unit="date", meaning="The Sunday that ends the week"
)
TRADING_DAYS = Column(
    name="trading_days",
    type="int16",
    unit="days",
    meaning="Days of the week on which anything was sold so far",
    minimum=1,
    maximum=7,
)
IS_PARTIAL = Column(
    name="is_partial",
    type="bool",
    unit="yes or no",
    meaning="Fewer than seven trading days: the first week, the last one, or one still running",
)
IS_LATEST = Column(
    name="is_latest",
    type="bool",
    unit="yes or no",
    meaning="The latest week with seven trading days",
    settles=False,
)
STORE_ID = Column(
    name="store_id", type="int32", unit="store number", meaning="The store", minimum=0
)
STORE_NAME = Column(name="name", type="string", unit="name", meaning="What pages call the store")
DEPARTMENT = Column(
    name="department",
    type="string",
    unit="department code",
    meaning="The department as the source writes it, or NOT RECORDED",
)
DEPARTMENT_NAME = Column(
    name="name", type="string", unit="name", meaning="What pages call the department"
)
SALES_USD = Column(
    name="sales_usd",
    type="usd",
    unit="US dollars",
    meaning="What the stores received, after loyalty discounts and before manufacturer coupons",
    minimum=0,
)
BASKETS = Column(
    name="baskets",
    type="int32",
    unit="baskets",
    meaning="Purchases with at least one line that has an amount",
    minimum=0,
)
HOUSEHOLDS = Column(
    name="households",
    type="int32",
    unit="households",
    meaning="Households with at least one line that has an amount",
    minimum=0,
)
FEWEST_HOUSEHOLDS = 5
FEW_HOUSEHOLDS = Column(
    name="households",
    type="int32",
    unit="households",
    meaning="Households with at least one line that has an amount; empty from 1 to 4",
    nullable=True,
    minimum=0,
)
RANK = Column(
    name="rank", type="int32", unit="place", meaning="Place by sales, 1 is the largest", minimum=1
)


def column(
    name: str, kind: ColumnType, unit: str, meaning: str, *, nullable: bool = False
) -> Column:
    """A column without limits on its values."""
    return Column(name=name, type=kind, unit=unit, meaning=meaning, nullable=nullable)


def sales_mean4() -> tuple[Column, ...]:
    """Sales set against the mean of the four weeks before; null where a week is not full."""
    null = "; empty unless this week and the four before have seven trading days each"
    return (
        column(
            "sales_mean4_usd",
            "usd",
            "US dollars",
            f"Mean sales of the four weeks before{null}",
            nullable=True,
        ),
        column(
            "change_mean4_usd",
            "usd",
            "US dollars",
            f"Sales less that mean{null}",
            nullable=True,
        ),
        column(
            "change_mean4_pct",
            "pct",
            "per cent",
            f"That change in per cent of the mean{null}",
            nullable=True,
        ),
    )


# What each table does with the odd rows of the source, in a reader's words.
NO_PRODUCT = (
    "Lines whose product is not in the product list are kept, under the department NOT RECORDED."
)
NO_AMOUNT = (
    "Lines without an amount add nothing to sales; a basket or household whose lines are all "
    "without an amount is not counted."
)
FEW = (
    "The number of households that visited a store in a week is withheld where they are fewer "
    "than five."
)
QUANTITY = (
    "Quantities are not used: they are missing in places, and for fuel they do not count pieces."
)
FUEL = "Fuel is included in sales; the front page says how much of them it is."
COUPON = "The coupon department is kept as the source has it."
WEEKS = (
    "Weeks turn on Monday at midnight US Eastern time, daylight saving included. Week 1 is one "
    "day, week 53 has six days with sales (closed on 25 December), and a week that is still "
    "running is marked as partial; none of these is compared with other weeks."
)
