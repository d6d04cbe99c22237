"""Carry out a build: sources to a new release, or to nothing at all when all is up to date."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from importlib import import_module
from threading import Thread
from types import FunctionType

from processing.board.files import board_errors, clear_staging, clear_temporary
from processing.board.findings import results_of
from processing.board.lock import StoodDown, board_lock
from processing.board.manifest import Manifest, NewerFormat, PinEntry, SourceEntry
from processing.board.names import later_than
from processing.board.publish import (
    current_release,
    last_readable,
    new_manifest,
    put_release,
    releases,
    same_content,
    verify,
    with_history,
)
from processing.board.reader import Release
from processing.board.serve import settle
from processing.board.withdrawn import held_back, taken_back
from processing.build.agree import agree
from processing.build.changes import LastDay, Teller
from processing.build.decision import Decision
from processing.build.describe import SeenParts
from processing.build.failing import FOLDER, FailingRows
from processing.build.fingerprint import code_hash, contract_hash, library_hash, short_hash
from processing.build.graph import Graph, build_graph, needed
from processing.build.inputs import Input, check_declared, check_samples, find_inputs
from processing.build.make import Maker, intact, making_hash
from processing.build.plan import Fingerprint, TableState, plan, weeks_to_make
from processing.build.source_check import SourceCheck, stopped
from processing.build.state import State, load_state, save_state
from processing.config import Config
from processing.credentials import Credentials
from processing.engines.engine import check_engine, open_engine
from processing.errors import BoardError, ContractError, UsageError
from processing.nearest import one_of
from processing.sources.hashes import Hashes
from processing.tables.registry import Table, load_tables

Tell = Callable[[str], None]
States = dict[str, TableState]


@dataclass
class Report:
    """What a build did: the reason for each table built, what was left alone, what came of it.

    `held_back` is the release that was rolled back and that this build would only have repeated.
    """

    release: Release
    is_new: bool
    built: list[Decision] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: list[Decision] = field(default_factory=list)
    held_back: str | None = None


@dataclass
class Build:
    """One build of one day. The clock, the progress line and the forced tables are passed in.

    `tables` are those to build; without, those that the configuration asks for.
    `accepted` names sources that may have lost rows since the release before. Credentials of
    sources are looked for in `environment` first.
    """

    config: Config
    as_of: date
    now: datetime
    tell: Tell = print
    forced: frozenset[str] = frozenset()
    tables: Mapping[str, Table] | None = None
    accepted: frozenset[str] = frozenset()
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    seen: dict[str, SeenParts] = field(default_factory=dict, init=False)

    @cached_property
    def graph(self) -> Graph:
        """All declared tables in build order. ConfigError, or UsageError for an unknown --force."""
        check_declared(self.config)
        check_engine(self.config.engine)
        tables = needed(load_tables(), self.config.tables) if self.tables is None else self.tables
        graph = build_graph(tables, frozenset(self.config.sources))
        check_samples(self.config, graph)
        unknown = self.forced - set(graph.tables)
        if unknown:
            raise UsageError(
                f"--force names no table: {', '.join(sorted(unknown))}",
                expected=one_of(sorted(unknown), graph.tables),
            )
        if strange := self.accepted - set(graph.sources):
            raise UsageError(
                f"--accept-fewer-rows names no source: {', '.join(sorted(strange))}",
                expected=one_of(sorted(strange), graph.sources),
            )
        return graph

    @cached_property
    def hashes(self) -> Hashes:
        """The hashes of source files, as far as they are remembered."""
        memory = self.config.cache_path / "hashes.json"
        return Hashes(memory, int(self.now.timestamp() * 1e9))

    @cached_property
    def inputs(self) -> dict[str, Input]:
        """The sources that the tables use, located."""
        names = self.graph.sources
        return find_inputs(self.config, names, self.as_of, self.hashes, self.environment, self.tell)

    @cached_property
    def maker(self) -> Maker:
        """The engine and the sources as the clock shows them, opened for the first table."""
        # pandas and pins take half a second to import; the engine computes meanwhile.
        Thread(target=import_module, args=("processing.board.store",), daemon=True).start()
        credential = Credentials(self.environment, self.config.root / ".env").get
        engine = open_engine(self.config.engine, self.config.cache_path / "spill", credential)
        board, day = self.config.board_path, self.as_of.isoformat()
        return Maker(board, engine, self.inputs, self.now, day, self.failing)

    @cached_property
    def failing(self) -> FailingRows:
        """Where rows that break a rule are kept to look at: not on the board."""
        return FailingRows(self.config.cache_path / FOLDER)

    @cached_property
    def state(self) -> State:
        """What the last builds left."""
        return load_state(self.config.board_path)

    @cached_property
    def served(self) -> Release | None:
        """The release that is served now, if any; NewerFormat when it is not ours to replace.

        One that cannot be read counts as none: the build then puts a whole one in its place.
        """
        try:
            return current_release(self.config.board_path)
        except NewerFormat:
            raise
        except BoardError as error:
            self.tell(f"the served release is replaced: {error.what} ({error.found})")
            return None

    def known_states(self) -> States:
        """The states of the last builds whose pin is still on the board, byte for byte."""
        board, kept = self.config.board_path, self.state.tables
        return {n: s for n, s in kept.items() if n in self.graph.tables and intact(board, s.pin)}

    def decisions(self, states: States) -> list[Decision]:
        """The plan for these states; what `build`, `--dry-run` and `explain` all obey."""
        prints = {n: self._fingerprint(table, states) for n, table in self.graph.tables.items()}
        return plan(self.graph, prints, states, self.forced)

    def run(self) -> Report | StoodDown:
        """Build what must be built and release it. Raises MillpondError; the old release stays.

        While another build holds the board this one waits, and then leaves the work to it.
        """
        board, seconds = self.config.board_path, self.config.board.wait_seconds
        with board_lock(board, seconds, self.tell) as mine:
            return self._run() if mine else StoodDown(board, seconds)

    def _run(self) -> Report:
        """The build of whoever holds the board."""
        self._look_again()
        states = self.known_states()
        first = self.decisions(states)
        sources = self._check_sources(states)
        built, unchanged = self._build_tables(states)
        report = self._release(states, sources)
        self.failing.settle(results_of(report.release.manifest))
        self._remember_hashes()
        done = {decision.name for decision in built}
        report.built, report.unchanged = built, unchanged
        report.skipped = [decision for decision in first if decision.name not in done]
        return report

    def _look_again(self) -> None:
        """Forget what was read before the board was ours, and clear what the dead left on it."""
        for name in ("state", "served"):
            self.__dict__.pop(name, None)
        if self.served:  # refuses the board of a newer version before anything is touched
            settle(self.config.board_path, self.served.manifest)
        with board_errors(self.config.board_path, "clearing what a stopped run left"):
            left = clear_staging(self.config.board_path)
            left += clear_temporary(self.config.cache_path)
        if left:
            self.tell(f"cleared {len(left)} things that a stopped run had left")

    def _remember_hashes(self) -> None:
        """Keep the hashes of sources; without them the next build only reads more."""
        try:
            self.hashes.save()
        except OSError as error:
            self.tell(f"hashes of sources are not remembered: {error.strerror}")

    def _build_tables(self, states: States) -> tuple[list[Decision], list[str]]:
        """Make one table after the other, planning anew after each, until none is left.

        A table that breaks its contract stops those that read it and the release, not the others,
        so that one ContractError can name everything that is wrong.
        """
        built: list[Decision] = []
        unchanged: list[str] = []
        failures: dict[str, str] = {}
        last: ContractError | None = None
        while decision := self._next(states, failures):
            self.tell(f"building {decision.name} ({decision.reason})")
            try:
                is_new = self._build_table(self.graph.tables[decision.name], states)
            except ContractError as error:
                failures[decision.name], last = str(error), error
                continue
            self.forced -= {decision.name}
            built.append(decision)
            if not is_new:
                unchanged.append(decision.name)
            self._save(states)
        if failures:
            raise stopped(failures) from last
        return built, unchanged

    def _next(self, states: States, failures: dict[str, str]) -> Decision | None:
        ready = (d for d in self.decisions(states) if d.action == "build")
        return next((d for d in ready if d.name not in failures), None)

    def _build_table(self, table: Table, states: States) -> bool:
        """Make the table and note its state; whether it is a new version."""
        upstream = {name: states[name].pin for name in self.graph.upstream(table.name)}
        now = self._fingerprint(table, states)
        weeks = weeks_to_make(now, states.get(table.name), table.name in self.forced)
        known = self._known_pins(table.name, states)
        pin, is_new = self.maker.make(table, upstream, known, weeks)
        states[table.name] = TableState(fingerprint=now, pin=pin)
        return is_new

    def _known_pins(self, name: str, states: States) -> list[PinEntry]:
        """The pins of the last build and of the served release, where they are still whole."""
        last = [states[name].pin] if name in states else []
        served = self.served.manifest.pins if self.served else ()
        return last + [p for p in served if p.name == name and intact(self.config.board_path, p)]

    def _fingerprint(self, table: Table, states: States) -> Fingerprint:
        assert isinstance(table.function, FunctionType)
        used = {name: self.inputs[name] for name in self.graph.used_sources(table.name)}
        weekly = [given for given in used.values() if table.by_week and given.source.weeks]
        whole = {name: given for name, given in used.items() if given not in weekly}
        return Fingerprint(
            code=short_hash(code_hash(table.function), making_hash()),
            contract=contract_hash(table.contract),
            library=library_hash(self.config.engine.name),
            sources={name: given.fingerprint for name, given in whole.items()},
            weeks={
                str(week): short_hash(*(given.weeks.get(week, "") for given in weekly))
                for week in sorted({week for given in weekly for week in given.weeks})
            },
            upstream={
                name: states[name].pin.content_sha256 if name in states else ""
                for name in self.graph.upstream(table.name)
            },
        )

    def _check_sources(self, states: States) -> tuple[SourceEntry, ...]:
        """What the clock shows of each source, once every rule that stops is kept."""
        check = SourceCheck(
            inputs=self.inputs,
            engine=lambda: self.maker.engine,
            failing=self.failing,
            as_of=self.as_of,
            served=self.served.manifest if self.served else None,
            accepted=self.accepted,
        )
        found = check.run(self.state.sources)
        self.seen = {name: parts for name, (parts, _) in found.items()}
        if self.seen != self.state.sources:
            self._save(states)
        return tuple(found[name][1] for name in sorted(found))

    def _save(self, states: States) -> None:
        save_state(self.config.board_path, State(tables=states, sources=self.seen))

    def _release(self, states: States, sources: tuple[SourceEntry, ...]) -> Report:
        """Put a new release in place, unless it would say what the served one says.

        Nor when it would only repeat one that was rolled back, as long as the served one is whole.
        """
        board = self.config.board_path
        previous = self.served.manifest if self.served else None
        pins = {name: states[name].pin for name in sorted(self.graph.tables)}
        manifest = new_manifest(
            previous,
            later_than(self.now, releases(board)),
            as_of=self.as_of.isoformat(),
            engine=self.config.engine.name,
            clock=self.config.clock.mode,
            pins=tuple(pins.values()),
            sources=sources,
            agreements=agree(board, pins, previous),
        )
        if self.served and previous and same_content(previous, manifest):
            return Report(self.served, is_new=False)
        held = held_back(board, manifest)
        if self.served and held and not verify(self.served):
            return Report(self.served, is_new=False, held_back=held)
        taken = taken_back(board) if self.served else ()
        told = Teller(board, self._before(), self._last_day, taken).history(manifest)
        return Report(put_release(board, with_history(manifest, told)), is_new=True)

    def _before(self) -> Manifest | None:
        """The release to tell changes against: the served one, else the newest that can be read."""
        return self.served.manifest if self.served else last_readable(self.config.board_path)

    @property
    def _last_day(self) -> LastDay | None:
        """Where a week of the data ends, if any source has weeks."""
        weeks = (given.source.weeks for given in self.inputs.values())
        return next((found.last_day for found in weeks if found), None)
