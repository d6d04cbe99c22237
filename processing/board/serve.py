"""Make a manifest the served one, and what stands beside it: its kept copy and plain pins' list."""

from __future__ import annotations

from pathlib import Path

from processing.board.files import board_errors, write_atomically
from processing.board.manifest import CURRENT, Manifest, encode
from processing.faults import reach

LISTED = "_pins.yaml"  # what R's and Python's pins read as the manifest of a board at an address


def serve(board: Path, manifest: Manifest, current: bytes) -> None:
    """Make `manifest` the served one, with `current` as the bytes of the file that says so.

    Kept first, served second, listed last: whoever is stopped in between has the old or the new.
    """
    with board_errors(board, f"putting release {manifest.id} in place"):
        reach("release verified")
        write_atomically(kept_path(board, manifest.id), encode(manifest))
        reach("release kept")
        write_atomically(board / "releases" / CURRENT, current)
        reach("release served")
        write_atomically(board / "pins" / LISTED, listed(manifest))
        reach("release listed")


def settle(board: Path, manifest: Manifest) -> None:
    """Write what stands beside the served manifest where it is missing or says something else."""
    beside = {
        kept_path(board, manifest.id): encode(manifest),
        board / "pins" / LISTED: listed(manifest),
    }
    with board_errors(board, f"mending release {manifest.id}"):
        for path, content in beside.items():
            if path.is_symlink() or not path.is_file() or path.read_bytes() != content:
                write_atomically(path, content)


def listed(manifest: Manifest) -> bytes:
    """The versions of a release as plain pins' `board_url` reads them: YAML, in order of name."""
    lines = [
        f'"{entry.name}":\n- "{entry.name}/{entry.version}/"\n'
        for entry in sorted(manifest.pins, key=lambda entry: entry.name)
    ]
    return "".join(lines).encode() or b"{}\n"


def kept_path(board: Path, identity: str) -> Path:
    """Where the manifest of a release is kept."""
    return board / "releases" / f"{identity}.json"
