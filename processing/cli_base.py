"""What all commands share: their configuration, their errors, and the day that is today."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from datetime import date, datetime
from functools import partial, wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from processing.cli_report import write_report
from processing.config import FILE, Config, load_config
from processing.credentials import hide_all
from processing.errors import ConfigError, MillpondError


class DayType(click.ParamType[date]):
    """A calendar day written as 2017-06-30."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; click's usage error (exit 2) when the text is none."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day; write it as 2017-06-30", param, ctx)


as_of_option = click.option(
    "--as-of", type=DayType(), help="The last day whose data is seen. Default: today."
)


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command its configuration; turn a person's error into one message and exit code.

    Whatever is said of an error, tracebacks and reports among it, is said without credentials.
    """

    @wraps(function)
    @click.pass_context
    def run(context: click.Context, /, **arguments: Any) -> None:
        hide: Callable[[str], str] = (
            str  # what is wrong with the configuration is said without its values
        )
        try:
            config = load_config(_named(context.obj["project"]))
            hide = partial(hide_all, config, os.environ)
            function(config, **arguments)
            write_report(context, None)
        except MillpondError as error:
            error.reworded(hide)
            write_report(context, error)
            if context.obj["debug"]:
                click.echo(hide(traceback.format_exc()), err=True)
            click.echo(f"error: {error}", err=True)
            sys.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception:  # noqa: BLE001 - a fault of ours; Python would show it with credentials
            click.echo(hide(traceback.format_exc()), err=True)
            sys.exit(1)

    return run


def _named(project: Path | None) -> Path | None:
    """The folder that --project names; ConfigError where that is none of a project."""
    if project is not None and not (project / FILE).is_file():
        raise ConfigError(
            f"No {FILE} in {project}",
            found="a folder without it" if project.is_dir() else "no such folder",
            expected="the folder of a project",
            next_step="correct --project, or leave it out inside of a project",
        )
    return project


def today(config: Config) -> date:
    """The calendar day it is now where the data come from."""
    return datetime.now(ZoneInfo(config.timezone)).date()


def tell(line: str) -> None:
    """A progress line; on standard error, so that results can be piped."""
    click.echo(click.style(line, dim=True), err=True)
