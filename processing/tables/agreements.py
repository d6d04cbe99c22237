"""Which totals must agree between tables: checked before a release is put in place."""

from __future__ import annotations

from processing.contracts.agreement import Agreement, Total

LOOKUP = "sales_by_week_store_department"


def _sum_in(column: str, *tables: str) -> tuple[Total, ...]:
    """The sum of one column in each of several tables."""
    return tuple(Total(table, column) for table in tables)


AGREEMENTS = (
    Agreement(
        says="sales of each week",
        by=("week",),
        totals=_sum_in(
            "sales_usd",
            "headline_by_week",
            "sales_by_week_department",
            "sales_by_week_store",
            "sales_by_week_description",
            "sales_by_week_placement",
            "store_spread_by_week",
            LOOKUP,
        ),
    ),
    Agreement(
        says="sales of each department",
        by=("department",),
        totals=_sum_in("sales_usd", "departments", "sales_by_week_department", LOOKUP),
    ),
    Agreement(
        says="sales of each store",
        by=("store_id",),
        totals=_sum_in("sales_usd", "stores", "sales_by_week_store", LOOKUP),
    ),
    Agreement(
        says="contributions to the change of each week",
        by=("week",),
        totals=(
            Total("headline_by_week", "sales_change_mean4_usd"),
            *_sum_in(
                "contribution_usd",
                "contributions_by_week_department",
                "contributions_by_week_store",
            ),
        ),
    ),
    # A basket is bought in one store and in one week; one that is not is odd, but no error of ours.
    Agreement(
        says="baskets of each week",
        by=("week",),
        totals=_sum_in(
            "baskets",
            "headline_by_week",
            "visits_by_week",
            "visits_by_week_store",
            "sales_by_week_store",
        ),
        level="warn",
    ),
    Agreement(
        says="baskets of each store",
        by=("store_id",),
        totals=_sum_in("baskets", "stores", "visits_by_week_store"),
    ),
    # Else the parts would tell what became of campaigns whose own row is withheld.
    Agreement(
        says="redemptions of the campaigns that have ended and are not withheld",
        by=("campaign_type",),
        totals=(
            Total("redemption_by_campaign", "redemptions", without="is_running"),
            Total("redemptions_by_campaign_part", "redemptions", whole=True),
        ),
    ),
    Agreement(
        says="discounts that the chain pays for, of each week",
        by=("week",),
        totals=_sum_in("card_discount_usd", "discounts_by_week", "discounts_by_week_store"),
    ),
)
