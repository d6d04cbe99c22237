"""Which pages must be executed again, and why; executed notebooks kept between runs."""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

import processing
from processing.board.files import write_atomically
from processing.board.manifest import Manifest, encode
from processing.build.decision import Decision
from processing.contracts.contract import Audience
from processing.site.pages.qmd import Page

FORMAT = 1
# Our code that has a say in an executed notebook; folders count with everything below them.
CODE = (
    "views", "board/audience.py", "board/changes.py", "board/findings.py", "board/freshness.py",
    "board/manifest.py", "board/names.py", "board/parquet.py", "board/reader.py",
    "contracts/contract.py",
    "site/execution/execute.py", "site/execution/process.py", "site/pages/notebook.py",
    "site/pages/qmd.py", "site/pages/blocks.py",
)  # fmt: skip
LIBRARIES = (
    "great-tables", "ipykernel", "ipython", "narwhals", "nbclient", "nbformat", "numpy", "pandas",
    "plotly", "pyarrow",
)  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """A page as it was executed before, and the fingerprints of what it was made from."""

    fingerprints: dict[str, str]
    notebook: bytes


class _Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands beside a cached notebook, and what the notebook must hash to."""

    format: int
    fingerprints: dict[str, str]
    sha256: str


def cache_folder(root: Path, audience: Audience = "public") -> Path:
    """Where the executed pages of the project at `root` are kept; may be deleted at any time.

    Those of the internal audience lie in a folder of their own.
    """
    folder = root / ".cache" / "pages"
    return folder if audience == "public" else folder / audience


def page_fingerprints(page: Page, manifest: Manifest, root: Path) -> dict[str, str]:
    """Short hashes of all an executed page depends on: `text`, `pin:NAME`, `release`, `code`,
    `library`. `release` is there only for pages that call `manifest()`."""
    found = {"text": _hash(page.text)}
    found |= {f"pin:{name}": _pin_hash(name, manifest) for name in page.pins}
    if page.reads_manifest:
        found["release"] = _hash(encode(manifest))
    found["code"] = code_fingerprint(Path(processing.__file__).parent, cache_folder(root) / ".code")
    found["library"] = library_fingerprint()
    return found


def decide(
    page: Page, fingerprints: Mapping[str, str], stored: Stored | None, *, forced: bool = False
) -> Decision:
    """Execute or take from the cache; pure. The first difference in this order is the reason."""
    reason = "forced" if forced else _difference(fingerprints, stored)
    return Decision(page.name, "execute" if reason else "cached", reason or "up to date")


def _difference(now: Mapping[str, str], stored: Stored | None) -> str:
    if stored is None:
        return "missing"
    before = stored.fingerprints
    changed = [key for key in {**now, **before} if now.get(key) != before.get(key)]
    if "text" in changed:
        return "text changed"
    for key in sorted(changed):
        if key.startswith("pin:"):
            return f"pin changed: {key.removeprefix('pin:')}"
    return next((f"{key} changed" for key in ("release", "code", "library") if key in changed), "")


def load(folder: Path, name: str) -> Stored | None:
    """What is kept of page `name`; None when nothing is, or when it is torn or was changed."""
    try:
        note = msgspec.json.decode((folder / f"{name}.json").read_bytes(), type=_Note)
        notebook = (folder / f"{name}.ipynb").read_bytes()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    if note.format != FORMAT or hashlib.sha256(notebook).hexdigest() != note.sha256:
        return None
    return Stored(note.fingerprints, notebook)


def store(folder: Path, name: str, fingerprints: Mapping[str, str], notebook: bytes) -> None:
    """Keep an executed page. The note that vouches for the notebook is written after it."""
    note = _Note(FORMAT, dict(fingerprints), hashlib.sha256(notebook).hexdigest())
    write_atomically(folder / f"{name}.ipynb", notebook)
    write_atomically(folder / f"{name}.json", msgspec.json.encode(note, order="sorted") + b"\n")


def _pin_hash(name: str, manifest: Manifest) -> str:
    """A hash of the pin's entry, and of the names it comes from, as views show those too."""
    entries = {entry.name: entry for entry in manifest.pins}
    if name not in entries:
        return "absent"
    lineage, todo = {name}, [name]
    while todo:
        inputs = entries[found].inputs if (found := todo.pop()) in entries else ()
        todo += [i for i in inputs if i not in lineage]
        lineage |= set(inputs)
    sources = [
        (source.name, source.address, source.title, source.licence, source.origin)
        for source in manifest.sources
        if source.name in lineage
    ]
    entry = msgspec.json.encode(entries[name], order="sorted").decode()
    return _hash(json.dumps([entry, sorted(lineage), sources]))


@cache
def code_fingerprint(package: Path, memo: Path | None = None) -> str:
    """A hash of our code behind pages, without comments, docstrings and layout.

    Parsing takes 0.1 s, so `memo` remembers the answer for exactly these bytes.
    """
    files: dict[str, bytes] = {}
    for part in CODE:
        path = package / part
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                files[file.relative_to(package).as_posix()] = file.read_bytes()
    raw = _hash("\n".join(f"{name}={_hash(content)}" for name, content in files.items()))
    if known := _remembered(memo, raw):
        return known
    found = _hash("\n".join(f"{name}={_plain(name, files[name])}" for name in files))
    if memo:
        write_atomically(memo, json.dumps({raw: found}).encode())
    return found


def _remembered(memo: Path | None, raw: str) -> str | None:
    if memo is None:
        return None
    try:
        return msgspec.json.decode(memo.read_bytes(), type=dict[str, str]).get(raw)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _plain(name: str, content: bytes) -> str:
    try:
        tree = ast.parse(content) if name.endswith(".py") else None
    except SyntaxError:
        tree = None  # the page that imports it will say so
    if tree is None:
        return _hash(content)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                del node.body[0]
    return _hash(ast.dump(tree))


@cache
def library_fingerprint() -> str:
    """A hash of the versions of Python and of the libraries that draw and execute pages."""
    return _hash("\n".join((sys.version.split()[0], *(f"{n} {_version(n)}" for n in LIBRARIES))))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _hash(content: str | bytes) -> str:
    content = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(content).hexdigest()[:16]
