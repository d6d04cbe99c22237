"""A peer of the week-by-week tables: the same five as plain DuckDB SQL, from scratch."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

FOLDER, AS_OF, OUT = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
OUT.mkdir(parents=True, exist_ok=True)
TABLES = {
    "trading_days_by_week": """
        select week, min(day) first_date, max(day) last_date, count(distinct day) trading_days
        from lines group by week""",
    "visits_by_week": """
        select week, count(distinct basket_id) baskets, count(distinct household_id) households
        from lines where sales_value > 0 group by week""",
    "visits_by_week_store": """
        select week, store_id, count(distinct basket_id) baskets,
            count(distinct household_id) households
        from lines where sales_value > 0 group by week, store_id""",
    "sales_by_week_store_department": """
        select week, store_id, coalesce(department, 'NOT RECORDED') department,
            sum(sales_value::decimal(9, 2)) sales_usd,
            sum((retail_disc + coupon_disc + coupon_match_disc)::decimal(9, 2)) discount_usd,
            count(*) lines
        from lines left join products using (product_id) group by all""",
    "rows_by_week_grain": """
        with coded as (
            select week, day, store_id, coalesce(d, 0) d, coalesce(c, 0) c
            from lines left join (
                select product_id, dense_rank() over (order by department) d,
                    dense_rank() over (order by product_category) c from products
            ) using (product_id)
        )
        select week, 1 grain, 1 n from coded group by week
        union all select week, 2, count(distinct d) from coded group by week
        union all select week, 3, count(distinct store_id) from coded group by week
        union all select week, 4, count(*) from (select distinct week, store_id, d from coded)
            group by week
        union all select week, 5, count(*) from (select distinct week, day, store_id, d from coded)
            group by week
        union all select week, 6, count(*) from (select distinct week, store_id, d, c from coded)
            group by week
        union all select week, 7, count(*)
            from (select distinct week, day, store_id, d, c from coded) group by week""",
}

connection = duckdb.connect(config={"preserve_insertion_order": False})
connection.execute(f"""
    create view products as select * from '{FOLDER}/products.parquet';
    create view lines as
    select *, timezone('America/New_York', timezone('UTC', transaction_timestamp))::date as day
    from read_parquet('{FOLDER}/lines/*/*.parquet', hive_partitioning = true)
    where timezone('America/New_York', timezone('UTC', transaction_timestamp))::date <= '{AS_OF}'
""")
for name, query in TABLES.items():
    connection.execute(f"copy ({query} order by all) to '{OUT}/{name}.parquet'")
