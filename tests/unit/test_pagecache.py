"""When a page is executed again, and what is kept of it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import processing
from processing.board.files import write_atomically
from processing.board.manifest import Manifest
from processing.site.pages import cache as pagecache
from processing.site.pages.cache import (
    Stored,
    code_fingerprint,
    decide,
    load,
    page_fingerprints,
    store,
)
from tests.site.pages import page, tiny_manifest, tiny_pin

SHOWN = 'pin("tiny")'


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return tiny_manifest(tiny_pin(tmp_path), tiny_pin(tmp_path, "other"))


def stored(fingerprints: dict[str, str]) -> Stored:
    return Stored(fingerprints, b"")


def changed_pin(manifest: Manifest, name: str, **changes: object) -> Manifest:
    pins = [msgspec.structs.replace(p, **changes) if p.name == name else p for p in manifest.pins]
    return msgspec.structs.replace(manifest, id="20171122T000000Z-bbbbbbbb", pins=tuple(pins))


def reason(before: dict[str, str], now: dict[str, str]) -> str:
    decision = decide(page(SHOWN), now, stored(before))
    assert (decision.action == "cached") == (decision.reason == "up to date")
    return decision.reason


def test_a_page_that_was_never_executed_is_missing(tmp_path: Path, manifest: Manifest) -> None:
    """Nothing stored means execute, and the reason says so."""
    now = page_fingerprints(page(SHOWN), manifest, tmp_path)
    assert decide(page(SHOWN), now, None).reason == "missing"
    assert set(now) == {"text", "pin:tiny", "code", "library"}


def test_a_page_in_an_equal_world_is_up_to_date(tmp_path: Path, manifest: Manifest) -> None:
    """The same text, pins, code and libraries: from the cache; unless it is forced."""
    now = page_fingerprints(page(SHOWN), manifest, tmp_path)
    again = page_fingerprints(page(SHOWN), manifest, tmp_path)
    assert reason(now, again) == "up to date"
    assert decide(page(SHOWN), now, stored(now), forced=True).reason == "forced"


def test_only_pages_that_read_a_changed_pin_are_executed(
    tmp_path: Path, manifest: Manifest
) -> None:
    """A new release with another version of one pin leaves pages of other pins alone."""
    after = changed_pin(manifest, "tiny", sha256="1" * 64)
    for cell, expected in ((SHOWN, "pin changed: tiny"), ('pin("other")', "up to date")):
        before = page_fingerprints(page(cell), manifest, tmp_path)
        assert reason(before, page_fingerprints(page(cell), after, tmp_path)) == expected


def test_a_changed_contract_or_origin_counts_as_a_changed_pin(
    tmp_path: Path, manifest: Manifest
) -> None:
    """Views show titles, units and where data comes from, so these are part of a pin."""
    before = page_fingerprints(page(SHOWN), manifest, tmp_path)
    contract = msgspec.structs.replace(manifest.pins[0].contract, title="Other")
    titled = changed_pin(manifest, "tiny", contract=contract)
    assert reason(before, page_fingerprints(page(SHOWN), titled, tmp_path)) == "pin changed: tiny"
    source = msgspec.structs.replace(manifest.sources[0], origin="Elsewhere")
    moved = msgspec.structs.replace(manifest, sources=(source,))
    assert reason(before, page_fingerprints(page(SHOWN), moved, tmp_path)) == "pin changed: tiny"


def test_a_page_that_describes_the_release_follows_every_release(
    tmp_path: Path, manifest: Manifest
) -> None:
    """`manifest()` makes a page depend on all of it."""
    about = page("manifest().id")
    after = changed_pin(manifest, "other", sha256="1" * 64)
    before = page_fingerprints(about, manifest, tmp_path)
    assert reason(before, page_fingerprints(about, after, tmp_path)) == "release changed"


@pytest.mark.parametrize(
    ("key", "expected"),
    [("text", "text changed"), ("code", "code changed"), ("library", "library changed")],
)
def test_each_other_difference_has_its_reason(
    tmp_path: Path, manifest: Manifest, key: str, expected: str
) -> None:
    """What changed is what a person is told."""
    now = page_fingerprints(page(SHOWN), manifest, tmp_path)
    assert reason({**now, key: "other"}, now) == expected


def test_a_pin_that_the_release_no_longer_has_is_a_change(
    tmp_path: Path, manifest: Manifest
) -> None:
    """The page is executed, and fails with its own message, instead of showing old figures."""
    before = page_fingerprints(page(SHOWN), manifest, tmp_path)
    without = msgspec.structs.replace(manifest, pins=manifest.pins[1:])
    assert reason(before, page_fingerprints(page(SHOWN), without, tmp_path)) == "pin changed: tiny"


@pytest.mark.parametrize(
    ("source", "same"),
    [
        ('"""Other words."""\n# note\n\n\ndef f():\n    "doc"\n    return  1\n', True),
        ("def f():\n    return 2\n", False),
        ("def g():\n    return 1\n", False),
        ("def f(:\n", False),
    ],
)
def test_comments_docstrings_and_layout_are_not_code(
    tmp_path: Path, source: str, same: bool
) -> None:
    """Only what can change a page's output makes pages execute again."""
    package = tmp_path / "package"
    (package / "views").mkdir(parents=True)
    (package / "views" / "a.py").write_text('"""Words."""\n\ndef f():\n    return 1\n')
    before = code_fingerprint.__wrapped__(package)
    (package / "views" / "a.py").write_text(source)
    assert (code_fingerprint.__wrapped__(package) == before) is same


def test_all_code_that_views_use_counts() -> None:
    """Else a page would go on to say what its view no longer says."""
    package = Path(processing.__file__).parent
    named = [package / part for part in pagecache.CODE]
    files = [file for part in named for file in (part.rglob("*.py") if part.is_dir() else [part])]
    shown = [f for f in files if f.is_relative_to(package / "views") or f.parent.name == "board"]
    nodes = [node for file in shown for node in ast.walk(ast.parse(file.read_text()))]
    modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    ours = {f"{name.removeprefix('processing.').replace('.', '/')}.py" for name in modules
            if name.startswith("processing.") and name != "processing.views"}  # fmt: skip
    no_say = {"errors.py", "nearest.py", "config.py", "board/files.py"}  # they show on no page
    known = {file.relative_to(package).as_posix() for file in files}
    assert len(shown) > 40
    assert ours - known == no_say


def test_a_remembered_code_fingerprint_is_for_exactly_these_bytes(tmp_path: Path) -> None:
    """The memo saves the parsing, and never answers for other code; torn, it is made anew."""
    package, memo = tmp_path / "package", tmp_path / "memo"
    (package / "views").mkdir(parents=True)
    (package / "views" / "a.py").write_text("a = 1\n")
    first = code_fingerprint.__wrapped__(package, memo)
    assert code_fingerprint.__wrapped__(package, memo) == first
    (package / "views" / "a.py").write_text("a = 2\n")
    assert code_fingerprint.__wrapped__(package, memo) != first
    memo.write_bytes(b"\xff{")
    (package / "views" / "a.py").write_text("a = 1\n")
    assert code_fingerprint.__wrapped__(package, memo) == first


def test_what_is_stored_comes_back(tmp_path: Path) -> None:
    """A page's notebook and fingerprints, byte for byte, and no temporary file."""
    store(tmp_path, "page", {"text": "a"}, b"{}")
    found = load(tmp_path, "page")
    assert found == Stored({"text": "a"}, b"{}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.ipynb", "page.json"]


@pytest.mark.parametrize("file", ["page.ipynb", "page.json"])
@pytest.mark.parametrize("content", [b"", b"{", b'{"format": 1}', b"\xff\xfe", None])
def test_a_torn_or_tampered_entry_is_missing(
    tmp_path: Path, file: str, content: bytes | None
) -> None:
    """An entry that is not whole is as good as none."""
    store(tmp_path, "page", {"text": "a"}, b'{"cells": []}')
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)
    assert load(tmp_path, "page") is None


def test_a_notebook_without_its_note_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two writes, the page is executed again."""
    store(tmp_path, "page", {"text": "a"}, b"old")

    def killed(path: Path, content: bytes) -> None:
        if path.suffix == ".json":
            raise KeyboardInterrupt
        write_atomically(path, content)

    monkeypatch.setattr(pagecache, "write_atomically", killed)
    with pytest.raises(KeyboardInterrupt):
        store(tmp_path, "page", {"text": "b"}, b"new")
    assert load(tmp_path, "page") is None


def test_deciding_needs_no_heavy_library() -> None:
    """A run in which nothing changed never waits for pandas, Jupyter or Plotly."""
    modules = "processing.site.pages.cache, processing.site.execution.execute"
    code = f"import sys, {modules}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {
        "pandas",
        "pyarrow",
        "plotly",
        "great_tables",
        "nbclient",
        "nbformat",
        "zmq",
        "IPython",
    }
    assert heavy & set(loaded) == set()
