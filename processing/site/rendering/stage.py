"""Write the staged project that both renderers read: flat, over executed notebooks."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from processing.board.manifest import Manifest
from processing.contracts.contract import Audience
from processing.errors import PageError
from processing.site.rendering.links import map_links, staged_address, without_code
from processing.site.rendering.stage_config import staged_config

CONFIG = "_quarto.yml"
BRAND = "_brand.yml"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_TOP_HEADING = re.compile(r"^#[ \t]+\S.*$", re.MULTILINE)
# As they stand in the JSON of a notebook: what a value is of, a download, and a unit's own block.
_PIN = re.compile(
    rb'data-pin=\\"([a-z0-9_]+)\\"|data/pins/([a-z0-9_]+)\.parquet|\\"pin\\":\s*\\"([a-z0-9_]+)\\"'
)
_DOWNLOAD = re.compile(r"\bdata/pins/(?=[a-z0-9_]+\.parquet)")
CHANGES = "changes"  # the page that tells what releases changed
_NOT_ASSETS = {".qmd", ".ipynb", ".quarto_ipynb", ".pyc"}


@dataclass(frozen=True)
class Standing:
    """How a page that fails stands: the notice at its head (Markdown), and the release it is of."""

    notice: str
    shows: Manifest | None


def stage(
    root: Path,
    executed: Mapping[str, bytes],
    manifest: Manifest,
    folder: Path,
    pages: str = "reports",
    standing: Mapping[str, Standing] | None = None,
    audience: Audience = "public",
) -> None:
    """Write the staged project into `folder`, which is emptied first.

    `executed` holds one executed notebook (nbformat JSON) per page name; `pages` is the folder of
    the pages below `root`. A page in `standing` is of a release of its own, or of none. The
    profile of `audience` is laid over `_quarto.yml`. PageError when a page links to no page, or
    holds what no renderer takes.
    """
    ready = {}
    for name, notebook in sorted(executed.items()):
        at = (standing or {}).get(name, Standing("", manifest))
        notes = _notes(at, notebook, manifest, told=CHANGES in executed)
        text = staged_notebook(name, notebook, notes, executed, pages)
        own = at.shows is not None and at.shows.id != manifest.id
        ready[f"{name}.ipynb"] = own_downloads(text, at.shows.id) if own and at.shows else text
    config = staged_config(root / CONFIG, pages, audience)
    shutil.rmtree(folder, ignore_errors=True)
    copy_assets(root / pages, folder)
    (folder / CONFIG).write_text(config, encoding="utf-8")
    if (root / BRAND).is_file():
        shutil.copyfile(checked_file(root / BRAND, root), folder / BRAND)
    for file, text in ready.items():
        (folder / file).write_text(text, encoding="utf-8")


def _notes(at: Standing, notebook: bytes, manifest: Manifest, *, told: bool) -> tuple[str, str]:
    """What stands before the text of a page, if anything, and the release note at its foot."""
    from processing.views.release_note import release_note

    own = at.shows or manifest
    late = _late(own, notebook) if at.shows else ""
    note = release_note(own, told=told, pins=pins_on(notebook))
    return "\n".join(filter(None, (at.notice, late))), note._repr_markdown_()


def own_downloads(text: str, release: str) -> str:
    """A copy's links to pins, led to those of its own release beside the newest ones."""
    return _DOWNLOAD.sub(f"data/pins/{release}/", text)


def pins_on(notebook: bytes) -> set[str]:
    """The names of all pins that an executed page shows, offers or lets its script read."""
    return {name.decode() for found in _PIN.findall(notebook) for name in found if name}


def staged_notebook(
    name: str, notebook: bytes, notes: tuple[str, str], pages: Collection[str], folder: str
) -> str:
    """The notebook's JSON with links rewritten and two notes: one before the text, where there is
    one (that the page fails, that its data are late), and the release note as its last cell.
    """
    content = json.loads(notebook)
    cells = content["cells"]
    for cell in cells:
        _refuse(name, cell, folder)
        source = _text(cell["source"])
        if cell["cell_type"] == "markdown":
            source = map_links(source, lambda to: staged_address(to, pages, folder, name))
        elif cell["cell_type"] == "raw":
            source = _without_own_alias(source, name)
        cell["source"] = _lines(source)
    first, last = notes
    if first:
        cells.insert(_text_begins(cells), _markdown("notice", first))
    cells.append(_markdown("release-note", last))
    content.setdefault("metadata", {})["kernelspec"] = KERNEL
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _late(manifest: Manifest, notebook: bytes) -> str:
    """What is late of the data that an executed page shows; mostly nothing."""
    from processing.views.late import late_notice

    notice = late_notice(manifest, pins_on(notebook))
    return notice._repr_markdown_() if notice else ""


def _text_begins(cells: list[dict[str, Any]]) -> int:
    """The place after the front matter."""
    return 1 if cells and cells[0]["cell_type"] == "raw" else 0


def _markdown(id: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": id, "metadata": {}, "source": _lines(source)}


def copy_assets(source: Path, folder: Path) -> None:
    """Copy what lies beside the pages and is no page; not hidden files, not plotly's bundle."""
    folder.mkdir(parents=True)
    for file in _assets(source):
        target = folder / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def _assets(source: Path) -> Iterator[Path]:
    for file in sorted(source.rglob("*")):
        parts = file.relative_to(source).parts
        hidden = any(part.startswith((".", "_")) for part in parts)
        vendored = parts[:2] == ("assets", "vendor")
        if file.is_file() and not hidden and not vendored and file.suffix not in _NOT_ASSETS:
            yield checked_file(file, source)


def checked_file(file: Path, folder: Path) -> Path:
    """`file` if it lies in `folder`, links followed; PageError when a link leads out of it."""
    if not file.resolve().is_relative_to(folder.resolve()):
        raise PageError(
            f"{file} is a link that leads out of {folder}",
            found=str(file.resolve()),
            expected="pages and files that lie in the folder of the pages",
            next_step="copy the file there, or remove the link",
        )
    return file


def _refuse(name: str, cell: dict[str, Any], folder: str) -> None:
    for output in cell.get("outputs", ()):
        if "text/html" in output.get("data", {}):
            raise PageError(
                f"Page {name}: a cell's output is text/html",
                found=_text(cell["source"]).strip()[:200],
                expected="a Fragment: to text/html, Quarto adds scripts from other hosts",
                next_step="let the cell call a view of processing.views that returns a Fragment",
            )
    heading = _TOP_HEADING.search(without_code(_text(cell["source"])))
    if cell["cell_type"] == "markdown" and heading:
        raise PageError(
            f"Page {name}: a first-level heading in the text",
            found=heading[0],
            expected="headings from `##`: the page's title is its one first-level heading",
            next_step=f"write `#{heading[0]}` in {folder}/{name}.qmd",
        )


def _without_own_alias(front: str, name: str) -> str:
    """The front matter without an alias that is, in the flat site, the page itself."""
    head = front.strip().removeprefix("---").removesuffix("---")
    matter = yaml.safe_load(head)
    aliases = matter.get("aliases") if isinstance(matter, dict) else None
    if not aliases:
        return front
    named = aliases if isinstance(aliases, list) else [aliases]
    own = {f"{name}.html"} | ({"."} if name == "index" else set())
    kept = [one for one in named if posixpath.normpath(str(one).lstrip("/")) not in own]
    if kept == named:
        return front
    matter.pop("aliases")
    matter |= {"aliases": kept} if kept else {}
    return "---\n" + yaml.safe_dump(matter, sort_keys=False, allow_unicode=True, width=1000) + "---"


def _lines(source: str) -> list[str]:
    """Lines with their ends, as Jupyter writes them: of one string Quarto loses the line ends."""
    return source.splitlines(keepends=True)


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
