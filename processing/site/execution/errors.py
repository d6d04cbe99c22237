"""Why a page failed, as one message: the page, the line in the .qmd, the cell, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from processing.errors import PageError
from processing.site.execution.watch import MAY
from processing.site.pages.qmd import Page

_CELL_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# What the seal's refusals become on their way through libraries.
_REFUSED = re.compile(
    r"SealBreach|[Ee]rrno 13\b|Permission denied|Operation not permitted|NETWORK_CONNECTION"
    r"|[Cc]ould ?n.t connect|[Cc]ould not connect|[Cc]ould ?n.t resolve|[Nn]ame resolution"
    r"|[Nn]etwork is unreachable|may not do this"
)
LONGEST = 1200


@dataclass
class Progress:
    """Which cell a page is at; `lines` and `sources` run over the cells of its draft."""

    page: Page
    lines: list[int]
    sources: list[str]
    at: int | None = None

    def started(self, cell_index: int, **_: Any) -> None:
        """Called by the notebook client before each cell."""
        self.at = cell_index

    def place(self, below: int | None = None) -> str:
        """`Page x.qmd, line N`; `below` counts from the first line of the cell (1 is the first)."""
        if self.at is None:
            return f"Page {self.page.path.name}, before its first cell"
        return f"Page {self.page.path.name}, line {self._line(below)}"

    def statement(self, below: int | None = None) -> str:
        """The one line of Python that was executed."""
        if self.at is None:
            return "none"
        lines = self.sources[self.at].split("\n")
        return lines[min(self._offset(below), len(lines) - 1)].strip()

    def _line(self, below: int | None) -> int:
        assert self.at is not None
        return self.lines[self.at] + self._offset(below)

    def _offset(self, below: int | None) -> int:
        assert self.at is not None
        if below is not None:
            return below - 1
        lines = self.sources[self.at].split("\n")
        code = (n for n, line in enumerate(lines) if line.strip() and not line.startswith("#"))
        return next(code, 0)


def raised(now: Progress, name: str, value: str, traceback: str) -> PageError:
    """A cell raised `name`: `value`. A refusal by the seal also says what a page may do."""
    found = [int(line) for line in _CELL_LINE.findall(_ANSI.sub("", traceback))]
    below = found[0] if found else None
    sealed = bool(_REFUSED.search(f"{name}: {value}"))
    what = "tried what a page may not do" if sealed else "a cell failed"
    return PageError(
        f"{now.place(below)}: {what}",
        found=f"{now.statement(below)}\n    {name}: {_shortened(value)}",
        expected=MAY if sealed else None,
        next_step="bring the data into a table, and read its pin"
        if sealed
        else "correct the cell, or the view it calls",
        told="it asked for data that no page may read"
        if sealed
        else "an error came up while its figures were made",
    )


def timed_out(now: Progress, seconds: float) -> PageError:
    """A cell had no result in time; its kernel was killed."""
    return PageError(
        f"{now.place()}: a cell did not end",
        found=f"{now.statement()}\n    no result after {seconds:g} s",
        expected="a cell that only shows what is in a pin",
        next_step="do the work in a table, or make the view faster",
        told="making its figures took too long",
    )


def died(now: Progress, words: str, server_lives: bool) -> PageError:
    """A kernel was gone, alone or with the process that had started it."""
    who = "its kernel" if server_lives else "the process that starts page kernels"
    return PageError(
        f"{now.place()}: {who} died",
        found=f"{now.statement()}\n    {_shortened(words)}",
        expected="a kernel that lives until the page is executed",
        next_step="run the command again; if it dies again at this cell, look for a lack of memory "
        "or a crash in a native library",
        told="the program that makes its figures stopped",
    )


def _shortened(text: str) -> str:
    text = _ANSI.sub("", text).strip()
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"
