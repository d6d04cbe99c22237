"""Rows that break a rule, kept apart to look at: beside the caches, never on the board.

The board can be published; rows of a source can be personal. So they lie under
`.cache/failing-rows/`, one Parquet file for each source or table, until its next check.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from processing.board.files import write_atomically
from processing.board.names import PIN_NAME, checked
from processing.contracts.contract import CheckResult

MAX_ROWS = 10_000
FOLDER = "failing-rows"


@dataclass(frozen=True)
class FailingRows:
    """The folder of failing rows of a project; only its owner may look into it."""

    folder: Path

    def keep(self, name: str, broken: dict[str, pa.Table]) -> Path | None:
        """Replace what was kept of `name` by the rows that break each rule; None without any.

        A row that breaks two rules stands twice; the column `rule` says which. At most MAX_ROWS
        rows in all. None too when they cannot be written: the rule is broken all the same.
        BoardError for a name that is not allowed.
        """
        path = self.folder / f"{checked(PIN_NAME, 'Table', name)}.parquet"
        content = io.BytesIO()
        try:
            if not broken:
                path.unlink(missing_ok=True)
                return None
            pq.write_table(_with_rules(broken), content)
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(path, content.getvalue())
        except OSError:
            return None
        return path

    def settle(self, results: Mapping[str, Iterable[CheckResult]]) -> None:
        """Keep nothing of sources and tables that a good build found whole, or only noted."""
        for name, found in results.items():
            if not any(result.failed and result.level != "note" for result in found):
                self.keep(name, {})


def _with_rules(broken: dict[str, pa.Table]) -> pa.Table:
    each = max(MAX_ROWS // len(broken), 1)
    parts = [
        rows.slice(0, each).add_column(0, "rule", pa.array([rule] * min(rows.num_rows, each)))
        for rule, rows in broken.items()
    ]
    return pa.concat_tables(parts, promote_options="permissive")
