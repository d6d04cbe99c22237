"""The command line: arguments, progress and exit codes; the work is done elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from processing.config import Config, load_config
from processing.errors import MillpondError, SiteError, UsageError

if TYPE_CHECKING:
    from processing.build.run import Build, Report
    from processing.site.run import Rendering


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
engine_option = click.option(
    "--engine", type=click.Choice(["duckdb", "spark"]), help="What computes the tables."
)
renderer_option = click.option(
    "--renderer",
    type=click.Choice(["quarto", "pandoc"]),
    help="Default: Quarto where it is installed, else the embedded renderer.",
)
out_option = click.option(
    "--out", type=click.Path(path_type=Path), help="Folder of the site. Default: as configured."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="millpond")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    help="Folder with millpond.toml. Default: found from here upwards.",
)
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.pass_context
def cli(context: click.Context, project: Path | None, debug: bool) -> None:
    """Millpond: raw data comes to rest in pins, and pins become a static report site."""
    context.obj = {"project": project, "debug": debug}


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command its configuration; turn a person's error into one message and exit code."""

    @wraps(function)
    @click.pass_context
    def run(context: click.Context, /, **arguments: Any) -> None:
        try:
            function(load_config(context.obj["project"]), **arguments)
        except MillpondError as error:
            if context.obj["debug"]:
                raise
            click.echo(f"error: {error}", err=True)
            sys.exit(error.exit_code)

    return run


@cli.command()
@as_of_option
@engine_option
@click.option("--force", "forced", multiple=True, metavar="TABLE", help="Build it in any case.")
@click.option("--dry-run", is_flag=True, help="Say what would be built and why; build nothing.")
@command
def build(
    config: Config, as_of: date | None, engine: str | None, forced: tuple[str, ...], dry_run: bool
) -> None:
    """Sources to a new release of checked, versioned pins."""
    job = _build(config, as_of, engine, forced)
    if dry_run:
        for decision in job.decisions(job.known_states()):
            click.echo(str(decision))
        return
    _say_built(job.run())


@cli.command()
@renderer_option
@out_option
@command
def render(config: Config, renderer: str | None, out: Path | None) -> None:
    """The current release to a static site."""
    _say_rendered(_render(config, renderer, out))


@cli.command()
@as_of_option
@engine_option
@renderer_option
@out_option
@command
def site(
    config: Config,
    as_of: date | None,
    engine: str | None,
    renderer: str | None,
    out: Path | None,
) -> None:
    """Build, render and check: the main job."""
    _say_built(_build(config, as_of, engine, ()).run())
    rendering = _render(config, renderer, out)
    _say_rendered(rendering)
    if rendering.is_new or not rendering.was_checked:
        _check(config, rendering.out)
    else:
        click.echo("check: passed before, and nothing has changed since")


@cli.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@command
def check(config: Config, folder: Path | None) -> None:
    """Hold a finished site against its quality gate."""
    _check(config, folder or config.root / config.site.out)


@cli.command()
@click.option("--port", default=4180, show_default=True, help="Port on this machine.")
@renderer_option
@command
def preview(config: Config, port: int, renderer: str | None) -> None:
    """Serve the site on this machine and rebuild it when something changes."""
    from processing.site.preview import serve

    def rebuild() -> None:
        _say_built(_build(load_config(config.root), None, None, ()).run())
        _say_rendered(_render(config, renderer, None))

    serve(config, port, rebuild, click.echo)


@cli.command()
@click.argument("name", required=False)
@as_of_option
@command
def explain(config: Config, name: str | None, as_of: date | None) -> None:
    """Why tables and pages would or would not be rebuilt."""
    from processing.site.run import page_decisions

    job = _build(config, as_of, None, ())
    decisions = [str(decision) for decision in job.decisions(job.known_states())]
    pages = [str(decision) for decision in page_decisions(config)] if job.served else []
    known = {line.split(":")[0]: line for line in decisions + pages}
    if name and name not in known:
        raise UsageError(
            f"No table or page is called {name!r}", expected="one of " + ", ".join(known)
        )
    click.echo(known[name] if name else "\n".join(known.values()))


@cli.group()
def release() -> None:
    """Look at releases, verify them, and go back to an earlier one."""


@release.command("list")
@command
def release_list(config: Config) -> None:
    """All kept releases, oldest first; the served one is marked."""
    from processing.board.publish import current_release, releases

    served = current_release(config.board_path)
    for identity in releases(config.board_path):
        mark = "  served" if served and served.manifest.id == identity else ""
        click.echo(f"{identity}{mark}")


@release.command("show")
@click.argument("identity", required=False)
@command
def release_show(config: Config, identity: str | None) -> None:
    """What a release holds (the served one by default)."""
    from processing.board.publish import find_release

    manifest = find_release(config.board_path, identity).manifest
    click.echo(f"release {manifest.id}  data to {manifest.as_of}  built {manifest.created_at}")
    for entry in manifest.pins:
        click.echo(f"  {entry.name}  {entry.version}  {entry.rows:,} rows  {entry.bytes:,} bytes")


@release.command("verify")
@click.argument("identity", required=False)
@command
def release_verify(config: Config, identity: str | None) -> None:
    """Compare every pin of a release with its SHA-256."""
    from processing.board.publish import find_release, verify
    from processing.errors import BoardError

    found = find_release(config.board_path, identity)
    wrong = verify(found)
    if wrong:
        raise BoardError(
            f"Release {found.manifest.id} is not as it was released",
            found="\n".join(wrong),
            next_step="run `millpond build`, or `millpond release rollback`",
        )
    click.echo(f"{found.manifest.id}: all {len(found.manifest.pins)} pins are as released")


@release.command("rollback")
@click.argument("identity", required=False)
@command
def release_rollback(config: Config, identity: str | None) -> None:
    """Serve an earlier release again (the previous one by default)."""
    from processing.board.publish import rollback

    click.echo(f"serving {rollback(config.board_path, identity).manifest.id} again")


@cli.command()
@click.option("--fix", is_flag=True, help="Set aside what does not belong; nothing is deleted.")
@command
def doctor(config: Config, fix: bool) -> None:
    """Find torn or stray things on the board, and what this machine lacks."""
    from processing.board.doctor import examine, set_aside
    from processing.errors import BoardError
    from processing.site.machine import machine_report

    for line in machine_report(config):
        click.echo(line)
    ailments = examine(config.board_path)
    for ailment in ailments:
        click.echo(f"board: {ailment.path}: {ailment.says}")
    moved = set_aside(config.board_path, ailments, _stamp()) if fix else []
    for target in moved:
        click.echo(f"set aside: {target}")
    if len(moved) < len(ailments):
        raise BoardError(
            f"{len(ailments) - len(moved)} things on the board need care",
            next_step="run `millpond build`, or `millpond release rollback`"
            if fix
            else "run `millpond doctor --fix`",
        )
    click.echo("board: healthy")


@cli.group("new")
def new() -> None:
    """Scaffold a page or a table."""


@new.command("page")
@click.argument("name")
@command
def new_page(config: Config, name: str) -> None:
    """A page in reports/, with one cell that shows a pin."""
    from processing.site.scaffold import scaffold_page

    click.echo(scaffold_page(config, name))


@new.command("table")
@click.argument("name")
@command
def new_table(config: Config, name: str) -> None:
    """A table in processing/tables/ with its contract, and a spec test."""
    from processing.site.scaffold import scaffold_table

    click.echo(scaffold_table(config, name))


def _build(
    config: Config, as_of: date | None, engine: str | None, forced: tuple[str, ...]
) -> Build:
    import msgspec

    from processing.build.run import Build
    from processing.sources.clock import data_day

    if engine:
        chosen = msgspec.structs.replace(config.engine, name=engine)
        config = msgspec.structs.replace(config, engine=chosen)
    today = datetime.now(ZoneInfo(config.timezone)).date()
    day = data_day(config.clock, as_of or today)
    return Build(config, day, datetime.now(UTC), _tell, frozenset(forced))


def _render(config: Config, renderer: str | None, out: Path | None) -> Rendering:
    from processing.site.run import render_site

    return render_site(config, renderer, out or config.root / config.site.out, _tell)


def _check(config: Config, folder: Path) -> None:
    from processing.site.run import check_and_note

    findings = check_and_note(config, folder)
    if findings:
        raise SiteError(
            f"The site fails its check: {folder}",
            found="\n" + "\n".join(f"  {finding}" for finding in findings),
            expected="no finding",
            next_step="mend the pages or views named above, then run `millpond site`",
        )
    click.echo(f"check: nothing to complain about in {folder}")


def _tell(line: str) -> None:
    """A progress line; on standard error, so that results can be piped."""
    click.echo(click.style(line, dim=True), err=True)


def _say_built(report: Report) -> None:
    manifest = report.release.manifest
    if not report.is_new:
        click.echo(f"build: nothing to do, release {manifest.id} has data to {manifest.as_of}")
    else:
        same = f" ({len(report.unchanged)} came out the same)" if report.unchanged else ""
        click.echo(
            f"build: {len(report.built)} tables built{same}, {len(report.skipped)} up to date, "
            f"release {manifest.id} has data to {manifest.as_of}"
        )


def _say_rendered(rendering: Rendering) -> None:
    click.echo(f"render: {rendering}")


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def main() -> None:
    """The console script `millpond`."""
    cli(prog_name="millpond")
