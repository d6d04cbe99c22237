"""Open the replica of a board that lies elsewhere, by what millpond.toml says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from processing.board.elsewhere import Replica, Named
from processing.board.lock import Tell, held
from processing.board.shelf import Shelf, Words
from processing.board.website import Website
from processing.config import Config
from processing.credentials import Credentials
from processing.errors import BoardError


def replica_of(config: Config, environment: Mapping[str, str], named: Named) -> Replica:
    """The replica of the board of a project that has one elsewhere; nothing is asked yet of anybody.

    ConfigError for an address nobody can use or a credential that is nowhere.
    """
    board = config.board
    credentials = Credentials(environment, config.root / ".env")
    credentials.need({name: f"board.credentials.{r}" for r, name in board.credentials.items()})

    def credential(role: str) -> str | None:
        name = board.credentials.get(role)
        return credentials.get(name) if name else None

    store: Shelf | Website
    if board.is_read_only:
        store = Website(board.address, credential)
    else:
        store = Shelf(board.address, Words("The board", "board"), credential, board.endpoint)
    return Replica(store, config.board_path, named)


@contextmanager
def held_replica(replica: Replica, seconds: float, tell: Tell = lambda line: None) -> Iterator[Replica]:
    """Hold the replica for a command; BoardError when another process here keeps it for longer."""
    replica.folder.parent.mkdir(parents=True, exist_ok=True)
    with held(replica.lock, seconds, tell) as mine:
        if not mine:
            raise BoardError(
                f"Another run of this project holds the replica of the board: {replica.store.address}",
                found=f"its lock for more than {seconds:g} s",
                expected="one run of a project at a time",
                next_step="wait for it to end and run again",
            )
        yield replica
