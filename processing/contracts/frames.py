"""The one type that tables take and give: rows not yet computed, on whatever engine."""

from __future__ import annotations

from typing import Any

import narwhals as nw

LazyFrame = nw.LazyFrame[Any]
