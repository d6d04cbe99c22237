"""The declared schema of a table as Arrow types, and the one cast to it."""

from __future__ import annotations

import pyarrow as pa

from processing.contracts.contract import ColumnType, Contract
from processing.errors import ContractError

ARROW: dict[ColumnType, pa.DataType] = {
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "string": pa.string(),
    "date": pa.date32(),
    "bool": pa.bool_(),
    "usd": pa.decimal128(14, 2),
    "pct": pa.decimal128(9, 2),
    "ratio": pa.decimal128(14, 4),
}


def arrow_schema(contract: Contract) -> pa.Schema:
    """One Arrow field per declared column, in declared order."""
    return pa.schema([pa.field(c.name, ARROW[c.type], nullable=True) for c in contract.columns])


def cast_declared(name: str, contract: Contract, table: pa.Table) -> pa.Table:
    """Give `table` exactly the declared columns, order and types, sorted by the key.

    Rounding to cents happens here and only here, so that engines which round halves differently
    still agree. Raises ContractError when columns differ or a value does not fit its type.
    """
    declared = [c.name for c in contract.columns]
    if set(declared) != set(table.column_names):
        raise ContractError(
            f"Table {name}: its columns are not those of its contract",
            found=", ".join(sorted(table.column_names)),
            expected=", ".join(sorted(declared)),
            next_step="change the table's function or its contract so that both agree",
        )
    try:
        cast = table.select(declared).cast(arrow_schema(contract))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ContractError(
            f"Table {name}: a value does not fit its declared type",
            found=str(error),
            expected=", ".join(f"{c.name}: {c.type}" for c in contract.columns),
            next_step="widen the type in the contract, or mend the table's function",
        ) from error
    return cast.sort_by([(column, "ascending") for column in contract.key]).combine_chunks()
