"""The embedded renderer: a staged project to a site by Pandoc and one page template."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

from processing.errors import PageError
from processing.site.rendering.notebook_text import Document, read_document
from processing.site.rendering.project import Item, Project, as_list, read_project

TEMPLATE = Path(__file__).parent / "template"
CHROME = "site_libs/millpond/"
_FILTERS = ("blocks.lua", "page.lua")
_CHROME_FILES = ("page.css", "prose.css", "fit.css", "page.js", "search.css", "search.js")
_PANDOC_SECONDS = 120
# Pandoc's way back from a footnote is a sign that screen readers spell out.
_BACK_SIGN = 'role="doc-backlink">↩︎</a>'.encode()
_BACK_WORDS = b'role="doc-backlink">Back to text</a>'


def render(stage: Path, out: Path) -> None:
    """Render every notebook of the staged project into `out`, which is replaced.

    One Pandoc process per page, as many at once as there are processors; equal input gives equal
    bytes. PageError names the page that cannot be rendered, and what to write instead.
    """
    project = read_project(stage / "_quarto.yml")
    documents = [
        read_document(path.stem, path.read_bytes(), project.echo)
        for path in sorted(stage.glob("*.ipynb"))
    ]
    shutil.rmtree(out, ignore_errors=True)
    _copy_files(stage, out)
    with tempfile.TemporaryDirectory(prefix="millpond-") as scratch:
        one = partial(_render_page, project, documents, stage, Path(scratch))
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            pages = list(pool.map(one, documents))
    for document, page in zip(documents, pages, strict=True):
        (out / f"{document.name}.html").write_bytes(page)


def _copy_files(stage: Path, out: Path) -> None:
    """The assets of the pages, and this renderer's own stylesheet and script."""
    (out / CHROME).mkdir(parents=True)
    for name in _CHROME_FILES:
        shutil.copyfile(TEMPLATE / name, out / CHROME / name)
    if (stage / "assets").is_dir():
        shutil.copytree(stage / "assets", out / "assets")


def _render_page(
    project: Project,
    documents: Sequence[Document],
    stage: Path,
    scratch: Path,
    document: Document,
) -> bytes:
    metadata = scratch / f"{document.name}.json"
    metadata.write_text(json.dumps(_metadata(project, documents, document)), encoding="utf-8")
    options = _options(project, document, stage)
    try:
        done = subprocess.run(
            [_pandoc(), *options, "--metadata-file", str(metadata)],
            input=document.markdown.encode(),
            capture_output=True,
            timeout=_PANDOC_SECONDS,
            env={"PATH": "", "LANG": "C.UTF-8", "HOME": str(scratch)},
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise _failed(document.name, error.stderr.decode(errors="replace")) from error
    except subprocess.TimeoutExpired as error:
        raise _failed(document.name, f"no answer within {_PANDOC_SECONDS} s") from error
    return done.stdout.replace(_BACK_SIGN, _BACK_WORDS)


@cache
def _pandoc() -> str:
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def _failed(name: str, said: str) -> PageError:
    return PageError(
        f"Page {name} cannot be rendered",
        found="\n".join(said.strip().splitlines()[-5:]),
        expected="Markdown that Pandoc reads",
        next_step=f"look at the page's Markdown, or write a smaller {name}.qmd until it passes",
        page=name,
        told="its text cannot be set",
    )


def _options(project: Project, document: Document, stage: Path) -> list[str]:
    front = document.front
    # Reading is sandboxed: no file is included, whatever a page's text says.
    options = ["--from=markdown", "--to=html5", "--standalone", "--sandbox", "--wrap=none"]
    options += ["--section-divs", "--mathml", f"--template={TEMPLATE / 'page.html'}"]
    options += [f"--lua-filter={TEMPLATE / name}" for name in _FILTERS]
    if project.option(front, "toc", False):
        options += ["--toc", f"--toc-depth={project.option(front, 'toc-depth', 3)}"]
    for css in as_list(project.option(front, "css")):
        options.append(f"--css={css}")
    for include in as_list(project.option(front, "include-in-header")):
        options.append(f"--variable=header-includes={_header(include, stage)}")
    return options


def _header(include: Any, stage: Path) -> str:
    """What stands in the head: given as text, or as the address of a file in the stage."""
    if isinstance(include, dict) and "text" in include:
        return str(include["text"]).strip()
    name = include["file"] if isinstance(include, dict) else include
    return (stage / str(name)).read_text(encoding="utf-8").strip()


def _metadata(
    project: Project, documents: Sequence[Document], document: Document
) -> dict[str, Any]:
    """What the template shows. Strings are Markdown to Pandoc, so addresses are escaped."""
    front, titles = document.front, _titles(documents)
    metadata: dict[str, Any] = {
        key: str(front[key]) for key in ("title", "subtitle", "description") if front.get(key)
    }
    metadata.setdefault("title", document.name)
    metadata |= {
        "site-title": project.title,
        "lang": str(front.get("lang", project.lang)),
        "toc-title": str(project.option(front, "toc-title", "On this page")),
        "chrome": _literal(CHROME),
        "home": _literal(_home(documents)),
        "navigation": [_entry(item, titles, document.name) for item in project.navigation],
        "footer": [
            {"side": side, "items": [_entry(item, titles, document.name) for item in items]}
            for side, items in project.footer
        ],
    }
    pictures = {"favicon": project.favicon, "sign": project.sign}
    return metadata | {name: _literal(address) for name, address in pictures.items() if address}


def _titles(documents: Sequence[Document]) -> dict[str, str]:
    return {f"{one.name}.ipynb": str(one.front.get("title", one.name)) for one in documents}


def _home(documents: Sequence[Document]) -> str:
    names = [document.name for document in documents]
    return ("index" if "index" in names or not names else names[0]) + ".html"


def _entry(item: Item, titles: dict[str, str], current: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"text": item.text.strip() or titles.get(item.href or "", item.href)}
    if item.href:
        entry["href"] = _literal(re.sub(r"\.ipynb(?=#|$)", ".html", item.href))
        entry["current"] = item.href == f"{current}.ipynb"
    return entry


def _literal(text: str) -> str:
    """The text so that Markdown leaves it as it is."""
    return re.sub(r"([^\w\s])", r"\\\1", text)
