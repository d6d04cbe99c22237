"""The errors a person can meet, each with the exit code a schedule acts on.

MillpondError
├── UsageError      2   bad arguments
├── ConfigError    10   millpond.toml or the environment
├── SourceError    11   raw data cannot be reached or has another shape
├── ContractError  12   a table does not keep its promise
├── BoardError     13   pins or releases cannot be read or written
├── PageError      14   a page cannot be executed or rendered
└── SiteError      15   the finished site fails its own check
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

AGAIN = "run again; the last release is served unchanged"


class MillpondError(Exception):
    """One clear message: the thing, what was found, what was expected, the next step."""

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        found: str | None = None,
        expected: str | None = None,
        next_step: str | None = None,
    ) -> None:
        self.what = what
        self.found = found
        self.expected = expected
        self.next_step = next_step
        super().__init__(what)

    def reworded(self, change: Callable[[str], str]) -> None:
        """Let `change` go over each of its parts, as one that hides credentials does."""
        self.what = change(self.what)
        self.found = self.found and change(self.found)
        self.expected = self.expected and change(self.expected)
        self.next_step = self.next_step and change(self.next_step)
        self.args = (self.what,)

    def __str__(self) -> str:
        parts = [self.what]
        for label, text in (
            ("found", self.found),
            ("expected", self.expected),
            ("next step", self.next_step),
        ):
            if text:
                parts.append(f"  {label}: {text}")
        return "\n".join(parts)


class UsageError(MillpondError):
    """The arguments of a command do not make sense."""

    exit_code = 2


class ConfigError(MillpondError):
    """millpond.toml or the environment is not what it should be."""

    exit_code = 10


class SourceError(MillpondError):
    """Raw data cannot be reached, or has another shape than was declared."""

    exit_code = 11


class ContractError(MillpondError):
    """A table does not keep its contract."""

    exit_code = 12


class BoardError(MillpondError):
    """Pins or releases cannot be read or written."""

    exit_code = 13


class PageError(MillpondError):
    """A page cannot be executed or rendered.

    `page` names it where one page alone is at fault; `told` is the reason in a reader's words.
    """

    exit_code = 14

    def __init__(
        self,
        what: str,
        *,
        found: str | None = None,
        expected: str | None = None,
        next_step: str | None = None,
        page: str | None = None,
        told: str | None = None,
    ) -> None:
        super().__init__(what, found=found, expected=expected, next_step=next_step)
        self.page = page
        self.told = told or "an error stopped it from being made"


class SiteError(MillpondError):
    """The finished site fails its own check."""

    exit_code = 15


def raised(error: Exception) -> str:
    """An error of our own code in a line: its type, what it says, and where in `processing`."""
    ours = Path(__file__).parent
    frames = traceback.extract_tb(error.__traceback__)
    places = [f for f in frames if Path(f.filename).is_relative_to(ours)]
    where = f" ({Path(places[-1].filename).name}, line {places[-1].lineno})" if places else ""
    return f"{type(error).__name__}: {error}{where}"


@contextmanager
def needs(extra: str, package: str, who: str = "A source") -> Iterator[None]:
    """ConfigError when a package of an extra is not installed."""
    try:
        yield
    except ImportError as error:
        raise ConfigError(
            f"{who} needs {package}, which is not installed",
            found=str(error),
            next_step=f"pip install 'millpond[{extra}]'",
        ) from error
