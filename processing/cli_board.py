"""The commands that look after the board: releases, freshness, and the doctor."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from processing.cli_base import as_of_option, command, today
from processing.config import Config
from processing.errors import BoardError, ContractError, UsageError

if TYPE_CHECKING:
    from processing.board.prune import Pruning


@click.group()
def release() -> None:
    """Look at releases, verify them, and go back to an earlier one."""


@release.command("list")
@command
def release_list(config: Config) -> None:
    """All kept releases, oldest first; the served one is marked."""
    from processing.board.publish import current_release, releases
    from processing.build.elsewhere import board_here

    board_here(config, whole=True)
    try:
        served = current_release(config.board_path)
    except BoardError as error:
        click.echo(f"no release is served: {error.what}", err=True)
        served = None
    for identity in releases(config.board_path):
        mark = "  served" if served and served.manifest.id == identity else ""
        click.echo(f"{identity}{mark}")


@release.command("show")
@click.argument("identity", metavar="[ID]", required=False)
@command
def release_show(config: Config, identity: str | None) -> None:
    """What a release holds (the served one by default)."""
    from processing.board.publish import find_release, named
    from processing.build.elsewhere import board_here

    board_here(config, whole=True)
    manifest = find_release(config.board_path, named(config.board_path, identity)).manifest
    click.echo(f"release {manifest.id}  data to {manifest.as_of}  built {manifest.created_at}")
    for entry in manifest.pins:
        click.echo(f"  {entry.name}  {entry.version}  {entry.rows:,} rows  {entry.bytes:,} bytes")


@release.command("verify")
@click.argument("identity", metavar="[ID]", required=False)
@command
def release_verify(config: Config, identity: str | None) -> None:
    """Compare every pin of a release with its SHA-256."""
    from processing.board.publish import find_release, named, verify
    from processing.build.elsewhere import board_here

    board_here(config, whole=True, afresh=True)
    found = find_release(config.board_path, named(config.board_path, identity))
    wrong = verify(found)
    if wrong:
        raise BoardError(
            f"Release {found.manifest.id} is not as it was released",
            found="".join(f"\n  {line}" for line in wrong),
            next_step="run `millpond build`, or `millpond release rollback`",
        )
    click.echo(f"{found.manifest.id}: all {len(found.manifest.pins)} pins are as released")


@release.command("rollback")
@click.argument("identity", metavar="[ID]", required=False)
@command
def release_rollback(config: Config, identity: str | None) -> None:
    """Serve an earlier release again (the previous one by default)."""
    from processing.board.publish import named, rollback
    from processing.build.elsewhere import board_changed

    board, wait = config.board_path, config.board.wait_seconds
    with board_changed(config, whole=True, afresh=True):
        served = rollback(board, named(board, identity), wait)
    click.echo(f"serving {served.manifest.id} again")


@release.command("prune")
@click.option("--keep", type=int, metavar="N", help="Keep the last N releases.")
@click.option("--dry-run", is_flag=True, help="Say what would go; delete nothing.")
@command
def release_prune(config: Config, keep: int | None, dry_run: bool) -> None:
    """Delete older releases, and the versions that nothing names any more."""
    from processing.board.lock import board_held
    from processing.board.prune import prune
    from processing.build.elsewhere import board_changed, board_here
    from processing.build.retention import asks

    if keep is None and not asks(config):
        raise UsageError(
            "Nothing says how many releases to keep",
            expected="--keep N, or keep_releases or keep_days under [board] in millpond.toml",
        )
    if dry_run:  # whoever may only read the board may ask
        board_here(config, whole=True)
        click.echo(f"would free {_pruning(config, keep, 'would delete')}")
        return
    board, seconds = config.board_path, config.board.wait_seconds
    with board_changed(config, whole=True), board_held(board, seconds):
        pruning = _pruning(config, keep, "deleting")
        prune(board, pruning)
    click.echo(f"freed {pruning}")


def _pruning(config: Config, keep: int | None, says: str) -> Pruning:
    """What goes when the last `keep` releases are to stay, or what the configuration lets go."""
    from processing.board.prune import plan_pruning
    from processing.build.retention import plan
    from processing.build.state import named_by_state
    from processing.site.pages.cache import cache_folder
    from processing.site.pages.shown import releases_shown

    board, shown = config.board_path, releases_shown(cache_folder(config.root))
    if keep is None:
        found = plan(config, datetime.now(UTC), shown)
    else:
        found = plan_pruning(board, keep, named_by_state(board), shown)
    for line in (*found.releases, *map(str, found.versions)):
        click.echo(f"{says} {line}")
    return found


@click.command()
@as_of_option
@command
def freshness(config: Config, as_of: date | None) -> None:
    """How old the data of each table is; fails for what is too old."""
    from processing.board.freshness import freshness as of_tables
    from processing.board.freshness import write_freshness
    from processing.board.reader import open_release
    from processing.build.elsewhere import board_changed, board_here
    from processing.sources.clock import data_day

    day = data_day(config.clock, as_of or today(config))
    if config.board.is_read_only:
        board_here(config)
        manifest = open_release(config.board_path).manifest
    else:
        with board_changed(config):
            manifest = open_release(config.board_path).manifest
            write_freshness(config.board_path, manifest, day)
    found = of_tables(manifest, day)
    for each in found:
        click.echo(str(each))
    late = [each for each in found if each.state == "error"]
    if late:
        raise ContractError(
            f"{len(late)} tables are too old: " + ", ".join(each.name for each in late),
            found=f"data to {min(each.data_to for each in late)}, on {day}",
            expected="data as recent as the contracts of these tables say",
            next_step="run `millpond build`; if it has nothing to do, the source is late",
        )
    warned = sum(each.state == "warn" for each in found)
    click.echo(f"freshness: {warned} of {len(found)} tables are late" if warned else "all fresh")


@click.command()
@click.option("--fix", is_flag=True, help="Set aside what does not belong; nothing is deleted.")
@click.option("--ask", is_flag=True, help="Ask each server whether it takes our credentials.")
@command
def doctor(config: Config, fix: bool, ask: bool) -> None:
    """Find what is torn or stray, and what this machine lacks."""
    from processing.board.doctor import examine
    from processing.build.elsewhere import board_here
    from processing.build.graph import needed
    from processing.build.inputs import check_declared
    from processing.build.state import named_by_state
    from processing.credentials import Credentials, named_by
    from processing.site.machine import machine_report
    from processing.tables.registry import load_tables

    for line in machine_report(config):
        click.echo(line)
    check_declared(config)
    needed(load_tables(), config.tables)
    Credentials(os.environ, config.root / ".env").need(named_by(config))
    if ask:
        _ask_servers(config)
    board_here(config, whole=True, afresh=True)
    board = config.board_path
    ailments = examine(board, named_by_state(board))
    for ailment in ailments:
        click.echo(f"board: {ailment.path}: {ailment.says}")
    left = sum(not ailment.harmless for ailment in ailments)
    if fix:
        left -= _set_aside(config)
    if left:
        raise BoardError(
            f"{left} things on the board need care",
            next_step="run `millpond build`, or `millpond release rollback`"
            if fix
            else "run `millpond doctor --fix` for what does not belong, and `millpond build` for "
            "what is damaged",
        )
    click.echo("board: healthy")


def _ask_servers(config: Config) -> None:
    """Say what each server answers; the first error once all were asked."""
    from processing.build.asking import answers
    from processing.sources.clock import data_day

    errors = []
    for who, error in answers(config, data_day(config.clock, today(config)), os.environ):
        click.echo(f"{who}: {error.what if error else 'answers, and takes what it is shown'}")
        errors += [error] if error else []
    if errors:
        raise errors[0]


def _set_aside(config: Config) -> int:
    """Look once more while no build runs, and set aside what does not belong; how many."""
    from processing.board.doctor import examine, set_aside
    from processing.board.lock import board_held
    from processing.build.elsewhere import board_changed
    from processing.build.state import named_by_state

    board, seconds = config.board_path, config.board.wait_seconds
    with board_changed(config, whole=True), board_held(board, seconds):
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        moved = set_aside(board, examine(board, named_by_state(board)), stamp)
    for target in moved:
        click.echo(f"set aside: {target}")
    return len(moved)
