"""The command line: arguments, progress and exit codes; the work is done elsewhere."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from processing.cli_base import as_of_option, command, tell, today
from processing.cli_board import doctor, freshness, release
from processing.cli_report import listed, note
from processing.config import Audience, Config, load_config
from processing.errors import UsageError
from processing.nearest import one_of

if TYPE_CHECKING:
    from processing.board.lock import StoodDown
    from processing.build.run import Build, Report
    from processing.site.run import Rendering


engine_option = click.option(
    "--engine", type=click.Choice(["duckdb", "spark"]), help="What computes the tables."
)
renderer_option = click.option(
    "--renderer",
    type=click.Choice(["quarto", "pandoc"]),
    help="Default: Quarto where it is installed, else the embedded renderer.",
)
past_option = click.option(
    "--release",
    "past",
    metavar="ID",
    help="Make the site of a kept release, in a folder of its own unless --out names one.",
)
out_option = click.option(
    "--out", type=click.Path(path_type=Path), help="Folder of the site. Default: as configured."
)

audience_option = click.option(
    "--audience",
    type=click.Choice(["public", "internal"]),
    help="For whom the site is. Default: as configured.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="millpond")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    help="Folder with millpond.toml. Default: found from here upwards.",
)
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help="Write what the command decided and did to this JSON file.",
)
@click.pass_context
def cli(context: click.Context, project: Path | None, debug: bool, report: Path | None) -> None:
    """Millpond: raw data comes to rest in pins, and pins become a static report site."""
    context.obj = {"project": project, "debug": debug, "report": report}


for each in (release, doctor, freshness):
    cli.add_command(each)


@cli.command()
@as_of_option
@engine_option
@click.option("--force", "forced", multiple=True, metavar="TABLE", help="Build it in any case.")
@click.option(
    "--accept-fewer-rows",
    "accepted",
    multiple=True,
    metavar="SOURCE",
    help="It has lost rows since the last release, and that is meant.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be built and why; build nothing.")
@command
def build(
    config: Config,
    as_of: date | None,
    engine: str | None,
    forced: tuple[str, ...],
    accepted: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Sources to a new release of checked, versioned pins."""
    from processing.build.elsewhere import board_here, run_build

    def make() -> Build:
        job = _build(config, as_of, engine, forced)
        job.accepted = frozenset(accepted)
        return job

    if dry_run:
        board_here(config)
        job = make()
        decisions = job.decisions(job.known_states())
        note(dry_run=True, tables=listed(decisions))
        for decision in decisions:
            click.echo(str(decision))
        return
    _say_built(run_build(make, _shown(config)))


@cli.command()
@past_option
@renderer_option
@out_option
@audience_option
@command
def render(
    config: Config,
    past: str | None,
    renderer: str | None,
    out: Path | None,
    audience: Audience | None,
) -> None:
    """The current release to a static site."""
    from processing.build.elsewhere import board_here

    board_here(config, whole=bool(past))
    config = config.for_audience(audience)
    if past:
        _render_past(config, past, renderer, out)
        return
    rendering = _say_rendered(_render(config, renderer, out))
    if rendering and rendering.error:
        raise rendering.error


@cli.command()
@as_of_option
@engine_option
@past_option
@renderer_option
@out_option
@audience_option
@command
def site(
    config: Config,
    as_of: date | None,
    engine: str | None,
    past: str | None,
    renderer: str | None,
    out: Path | None,
    audience: Audience | None,
) -> None:
    """Build, render and check: the main job."""
    from processing.build.elsewhere import board_here, run_build

    config = config.for_audience(audience)
    if past:
        if as_of or engine:
            raise UsageError(
                "A kept release is not built again",
                found="--release with --as-of or --engine",
                next_step="leave one of them out",
            )
        board_here(config, whole=True)
        _render_past(config, past, renderer, out)
        return
    if not _say_built(run_build(lambda: _build(config, as_of, engine, ()), _shown(config))):
        return
    rendering = _say_rendered(_render(config, renderer, out, gate=True))
    if rendering is None:
        return
    if not rendering.was_checked:
        _check(config, rendering.out)
    elif rendering.is_new:
        click.echo(f"check: nothing to complain about in {rendering.out}")
    else:
        click.echo("check: passed before, and nothing has changed since")
    if rendering.error:
        raise rendering.error


@cli.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@audience_option
@command
def check(config: Config, folder: Path | None, audience: Audience | None) -> None:
    """Hold a finished site against its quality gate."""
    from processing.build.elsewhere import board_here
    from processing.site.finishing.publish import audience_shown

    board_here(config, whole=True)
    config = config.for_audience(audience or (audience_shown(folder) if folder else None))
    _check(config, folder or config.root / config.site.out)


@cli.command()
@click.option("--port", default=4180, show_default=True, help="Port on this machine.")
@renderer_option
@audience_option
@command
def preview(config: Config, port: int, renderer: str | None, audience: Audience | None) -> None:
    """Serve the site here, and rebuild it when something changes."""
    from processing.build.elsewhere import run_build
    from processing.site.preview import serve

    config = config.for_audience(audience)

    def rebuild() -> None:
        _say_built(
            run_build(lambda: _build(load_config(config.root), None, None, ()), _shown(config))
        )
        rendering = _say_rendered(_render(config, renderer, None))
        if rendering and rendering.error:
            raise rendering.error

    serve(config, port, rebuild, click.echo, renderer=renderer)


@cli.command()
@click.argument("name", required=False)
@as_of_option
@command
def explain(config: Config, name: str | None, as_of: date | None) -> None:
    """Why tables and pages would or would not be rebuilt."""
    from processing.build.elsewhere import board_here
    from processing.site.run import page_decisions

    board_here(config)
    job = _build(config, as_of, None, ())
    decisions = [str(decision) for decision in job.decisions(job.known_states())]
    pages = [str(decision) for decision in page_decisions(config)]
    known = {line.split(":")[0]: line for line in decisions + pages}
    if name and name not in known:
        raise UsageError(f"No table or page is called {name!r}", expected=one_of(name, known))
    click.echo(known[name] if name else "\n".join(known.values()))


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
    day = data_day(config.clock, as_of or today(config))
    return Build(config, day, datetime.now(UTC), tell, frozenset(forced))


def _shown(config: Config) -> frozenset[str]:
    """The releases that a page still shows: they stay on the board."""
    from processing.site.pages.cache import cache_folder
    from processing.site.pages.shown import releases_shown

    return releases_shown(cache_folder(config.root))


def _render(
    config: Config, renderer: str | None, out: Path | None, *, gate: bool = False
) -> Rendering | StoodDown:
    from processing.site.run import render_site

    return render_site(config, renderer, out or config.root / config.site.out, tell, gate=gate)


def _render_past(config: Config, past: str, renderer: str | None, out: Path | None) -> None:
    from processing.site.run import render_past

    folder = out or config.root / f"{config.site.out}-{past}"
    _say_rendered(render_past(config, past, renderer, folder, tell))


def _check(config: Config, folder: Path) -> None:
    from processing.board.lock import StoodDown
    from processing.site.run import check_and_note, failed_check

    findings = check_and_note(config, folder, tell)
    if isinstance(findings, StoodDown):
        click.echo(f"check: {findings}")
        return
    if findings:
        raise failed_check(folder, findings)
    click.echo(f"check: nothing to complain about in {folder}")


def _say_built(report: Report | StoodDown) -> bool:
    """Say what a build did; whether it was this run that did it."""
    from processing.board.lock import StoodDown

    if isinstance(report, StoodDown):
        note(stood_down=str(report))
        click.echo(f"build: {report}")
        return False
    manifest = report.release.manifest
    note(
        release={"id": manifest.id, "as_of": manifest.as_of, "is_new": report.is_new},
        held_back=report.held_back,
        tables=listed([*report.built, *report.skipped]),
        unchanged=report.unchanged,
        said=_built(report),
    )
    click.echo("build: " + _built(report))
    return True


def _built(report: Report) -> str:
    from processing.board.findings import summary

    manifest = report.release.manifest
    if report.held_back:
        return (
            f"nothing released, it would be {report.held_back} again, which was rolled back; "
            f"release {manifest.id} stays "
            f"(`millpond release rollback {report.held_back}` brings it back)"
        )
    found = summary(manifest)
    said = f"; {found}" if found else ""
    tables = "1 table" if len(report.built) == 1 else f"{len(report.built)} tables"
    if not report.is_new:
        done = f"{tables} built, all as served" if report.built else "nothing to do"
        return f"{done}, release {manifest.id} has data to {manifest.as_of}{said}"
    same = f" ({len(report.unchanged)} came out the same)" if report.unchanged else ""
    return (
        f"{tables} built{same}, {len(report.skipped)} up to date, "
        f"release {manifest.id} has data to {manifest.as_of}{said}"
    )


def _say_rendered(rendering: Rendering | StoodDown) -> Rendering | None:
    """Say what a render did; None when it was left to another run."""
    from processing.board.lock import StoodDown

    if not isinstance(rendering, StoodDown):
        note(
            said=str(rendering),
            pages=listed(rendering.decisions),
            site={"is_new": rendering.is_new, "renderer": rendering.renderer},
            failing=[failing.noted() for failing in rendering.failing],
        )
    click.echo(f"render: {rendering}")
    return None if isinstance(rendering, StoodDown) else rendering


def main() -> None:
    """The console script `millpond`.

    It ends without the destructors of native libraries: once in about a hundred runs Arrow's
    threads are still busy then, and the process of a job that was done is aborted.
    """
    try:
        cli(prog_name="millpond")
    except SystemExit as ended:
        code = ended.code
        atexit._run_exitfuncs()
        with suppress(OSError):  # nobody reads any more
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))
