"""Which totals must agree between tables: checked before a release is put in place."""

from __future__ import annotations

from processing.contracts.agreement import Agreement, Total

LOOKUP = Total("sales_by_week_store_department", "sales_usd")

AGREEMENTS = (
    Agreement(
        says="sales of each week",
        by=("week",),
        totals=(
            Total("headline_by_week", "sales_usd"),
            Total("sales_by_week_department", "sales_usd"),
            Total("sales_by_week_store", "sales_usd"),
            Total("sales_by_week_description", "sales_usd"),
            Total("sales_by_week_placement", "sales_usd"),
            Total("store_spread_by_week", "sales_usd"),
            LOOKUP,
        ),
    ),
    Agreement(
        says="sales of each department",
        by=("department",),
        totals=(
            Total("departments", "sales_usd"),
            Total("sales_by_week_department", "sales_usd"),
            LOOKUP,
        ),
    ),
    Agreement(
        says="sales of each store",
        by=("store_id",),
        totals=(Total("stores", "sales_usd"), Total("sales_by_week_store", "sales_usd"), LOOKUP),
    ),
    Agreement(
        says="contributions to the change of each week",
        by=("week",),
        totals=(
            Total("headline_by_week", "sales_change_mean4_usd"),
            Total("contributions_by_week_department", "contribution_usd"),
            Total("contributions_by_week_store", "contribution_usd"),
        ),
    ),
    # A basket is bought in one store and in one week; one that is not is odd, but no error of ours.
    Agreement(
        says="baskets of each week",
        by=("week",),
        totals=(
            Total("headline_by_week", "baskets"),
            Total("visits_by_week", "baskets"),
            Total("visits_by_week_store", "baskets"),
            Total("sales_by_week_store", "baskets"),
        ),
        level="warn",
    ),
    Agreement(
        says="baskets of each store",
        by=("store_id",),
        totals=(Total("stores", "baskets"), Total("visits_by_week_store", "baskets")),
    ),
    Agreement(
        says="discounts that the chain pays for, of each week",
        by=("week",),
        totals=(
            Total("discounts_by_week", "card_discount_usd"),
            Total("discounts_by_week_store", "card_discount_usd"),
        ),
    ),
)
