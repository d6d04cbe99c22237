"""Carry out a build: sources to a new release, or to nothing at all when all is up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from threading import Thread
from types import FunctionType

import filelock

from processing.board.files import board_errors
from processing.board.manifest import PinEntry
from processing.board.publish import current_release, new_manifest, put_release, same_content
from processing.board.reader import Release
from processing.build.decision import Decision
from processing.build.describe import SeenParts, count_parts, describe, kept_parts, missing_parts
from processing.build.fingerprint import code_hash, contract_hash, library_hash, short_hash
from processing.build.graph import Graph, build_graph
from processing.build.inputs import Input, check_declared, find_inputs
from processing.build.make import Maker, intact
from processing.build.plan import Fingerprint, TableState, plan, weeks_to_make
from processing.build.state import State, load_state, save_state
from processing.config import Config
from processing.engines.engine import open_engine
from processing.errors import BoardError, ContractError, UsageError
from processing.sources.hashes import Hashes
from processing.tables.registry import Table, load_tables

LOCK_SECONDS = 60
Tell = Callable[[str], None]
States = dict[str, TableState]


@dataclass
class Report:
    """What a build did: the reason for each table built, what was left alone, what came of it."""

    release: Release
    is_new: bool
    built: list[Decision] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: list[Decision] = field(default_factory=list)


@dataclass
class Build:
    """One build of one day. The clock, the progress line and the forced tables are passed in."""

    config: Config
    as_of: date
    now: datetime
    tell: Tell = print
    forced: frozenset[str] = frozenset()

    @cached_property
    def graph(self) -> Graph:
        """All declared tables in build order. ConfigError, or UsageError for an unknown --force."""
        check_declared(self.config)
        graph = build_graph(load_tables(), frozenset(self.config.sources))
        unknown = self.forced - set(graph.tables)
        if unknown:
            raise UsageError(
                f"--force names no table: {', '.join(sorted(unknown))}",
                expected="one of " + ", ".join(graph.tables),
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
        return find_inputs(self.config, self.graph.sources, self.as_of, self.hashes)

    @cached_property
    def maker(self) -> Maker:
        """The engine and the sources as the clock shows them, opened for the first table."""
        # pandas and pins take half a second to import; the engine computes meanwhile.
        Thread(target=import_module, args=("processing.board.store",), daemon=True).start()
        engine = open_engine(self.config.engine)
        board, day = self.config.board_path, self.as_of.isoformat()
        return Maker(board, engine, self.inputs, self.now, day)

    @cached_property
    def state(self) -> State:
        """What the last builds left."""
        return load_state(self.config.board_path)

    @cached_property
    def served(self) -> Release | None:
        """The release that is served now, if any."""
        return current_release(self.config.board_path)

    def known_states(self) -> States:
        """The states of the last builds whose pin is still on the board, byte for byte."""
        board, kept = self.config.board_path, self.state.tables
        return {n: s for n, s in kept.items() if n in self.graph.tables and intact(board, s.pin)}

    def decisions(self, states: States) -> list[Decision]:
        """The plan for these states; what `build`, `--dry-run` and `explain` all obey."""
        prints = {n: self._fingerprint(table, states) for n, table in self.graph.tables.items()}
        return plan(self.graph, prints, states, self.forced)

    def run(self) -> Report:
        """Build what must be built and release it. Raises MillpondError; the old release stays."""
        with locked(self.config.board_path):
            states = self.known_states()
            first = self.decisions(states)
            built, unchanged = self._build_tables(states)
            release, is_new = self._release(states, self._seen(states))
            self.hashes.save()
        done = {decision.name for decision in built}
        skipped = [decision for decision in first if decision.name not in done]
        return Report(release, is_new, built, unchanged, skipped)

    def _build_tables(self, states: States) -> tuple[list[Decision], list[str]]:
        """Make one table after the other, planning anew after each, until none is left.

        A table that breaks its contract stops those that read it and the release, not the others,
        so that one ContractError can name everything that is wrong.
        """
        built: list[Decision] = []
        unchanged: list[str] = []
        failures: dict[str, str] = {}
        while decision := self._next(states, failures):
            self.tell(f"building {decision.name} ({decision.reason})")
            try:
                is_new = self._build_table(self.graph.tables[decision.name], states)
            except ContractError as error:
                failures[decision.name] = str(error)
                continue
            self.forced -= {decision.name}
            built.append(decision)
            if not is_new:
                unchanged.append(decision.name)
            self._save(states)
        if failures:
            raise _stopped(failures)
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
            code=code_hash(table.function),
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

    def _seen(self, states: States) -> dict[str, SeenParts]:
        """How much the clock shows of each source; only what is new or changed is counted."""
        before, seen = self.state.sources, {}
        for name, given in self.inputs.items():
            seen[name] = kept_parts(given, before.get(name, {}))
            if missing := missing_parts(given, seen[name]):
                seen[name] |= count_parts(self.maker.engine, given, missing)
        if seen != before:
            self._save(states, seen)
        return seen

    def _save(self, states: States, seen: dict[str, SeenParts] | None = None) -> None:
        sources = self.state.sources if seen is None else seen
        save_state(self.config.board_path, State(tables=states, sources=sources))

    def _release(self, states: States, seen: dict[str, SeenParts]) -> tuple[Release, bool]:
        """Put a new release in place, unless it would say what the served one says."""
        previous = self.served.manifest if self.served else None
        manifest = new_manifest(
            previous,
            self.now,
            as_of=self.as_of.isoformat(),
            engine=self.config.engine.name,
            clock=self.config.clock.mode,
            pins=tuple(states[name].pin for name in sorted(self.graph.tables)),
            sources=tuple(describe(self.inputs[n], seen[n]) for n in sorted(self.inputs)),
        )
        if self.served and previous and same_content(previous, manifest):
            return self.served, False
        return put_release(self.config.board_path, manifest), True


@contextmanager
def locked(board: Path) -> Iterator[None]:
    """Hold the board for one build. BoardError when it cannot be written or stays held."""
    lock = filelock.FileLock(board / ".lock", timeout=LOCK_SECONDS)
    with board_errors(board, "starting the build"):
        board.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise BoardError(
                f"Another build holds the board: {board}",
                found=f"its lock for more than {LOCK_SECONDS} s",
                expected="one build at a time",
                next_step="wait for it to end and run again",
            ) from None
    try:
        yield
    finally:
        lock.release()


def _stopped(failures: dict[str, str]) -> ContractError:
    """One error for every contract that was broken."""
    return ContractError(
        "Contracts stop this release: " + ", ".join(sorted(failures)),
        found="\n" + "\n".join(f"  {name}: {text}" for name, text in failures.items()),
        expected="every rule of every contract to hold",
        next_step="mend the source or the table; the release served is unchanged",
    )
