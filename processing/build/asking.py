"""Ask each server whether it is there and takes our credentials; nothing is taken in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial

from processing.board.at import replica_of
from processing.config import Config
from processing.errors import MillpondError
from processing.sources.asked import Asked
from processing.sources.find import find, is_elsewhere, need_credentials
from processing.sources.registry import load_sources


def answers(
    config: Config, as_of: date, environment: Mapping[str, str]
) -> Iterator[tuple[str, MillpondError | None]]:
    """Who was asked, the board and each source that lies elsewhere, and its error if it had one."""
    if config.board.is_elsewhere:
        yield "board", _error(partial(_ask_board, config, environment))
    declared = load_sources(config.declarations, config.root)
    for name, given in sorted(config.sources.items()):
        if is_elsewhere(given) and name in declared:
            asked = Asked(
                declared[name],
                given,
                config.root,
                config.cache_path / "sources",
                config.intake_path,
                as_of,
                config.timezone,
                need_credentials(config, [name], environment),
                only_ask=True,
            )
            yield f"source {name}", _error(partial(find, asked))


def _ask_board(config: Config, environment: Mapping[str, str]) -> None:
    store = replica_of(config, environment, lambda folder: ()).store
    with store.errors("listing it"):
        store.files(whole=False)


def _error(ask: Callable[[], object]) -> MillpondError | None:
    try:
        ask()
    except MillpondError as error:
        return error
    return None
