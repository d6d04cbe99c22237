"""The repository as a plain Quarto project: `quarto render` and `quarto preview`, as authors do."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.request import urlopen

import pytest
from lxml import html

from processing.site.rendering.quarto import find_quarto
from tests.conftest import ROOT
from tests.integration import faulty
from tests.integration.sites import small_site

pytestmark = pytest.mark.quarto

SECONDS = 300
# Each takes a few ms until Quarto has seen the change, and then holds until the page is made.
TRIES = 20_000
CHART = """---
title: Index
description: A page with a chart.
---

```{python}
#| include: false
from processing.board.reader import pin
from processing.views import bars, plain
from processing.views.rows import records
from processing.views.table import Shown
from processing.views.unit import unit
```

```{python}
unit(pin("weeks"), "drawn", headline="Drawn", subtitle="Sales", summary="Sales.",
     rows=records(pin("weeks")), columns=[Shown("week", "count", "Week"),
     Shown("trading_days", "count", "Days")],
     chart=bars.plain(records(pin("weeks")), "trading_days", "week"))
```

Before.
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with a release, and with the real scripts before and after Quarto's."""
    root = small_site(tmp_path_factory.mktemp("plain") / "project")
    (root / "reports" / "index.qmd").write_text(CHART, encoding="utf-8")
    shutil.copytree(ROOT / "scripts", root / "scripts")
    steps = re.findall(r"^  (?:pre|post)-render: .*\n", (ROOT / "_quarto.yml").read_text(), re.M)
    assert len(steps) == 2
    more = "".join(["project:\n", *steps, "  resources: [reports/assets/**]\n"])
    config = root / "_quarto.yml"
    config.write_text(config.read_text().replace("project:\n", more, 1), encoding="utf-8")
    faulty.built(root, faulty.NEW_DAY)
    return root


def command(root: Path, *told: str) -> dict[str, Any]:
    """What starts Quarto at the root of a project, with the Python of its `.venv`."""
    program = find_quarto()
    assert program is not None
    environment = {**os.environ, "QUARTO_PYTHON": sys.executable, "NO_COLOR": "1"}
    return {"args": [str(program), *told], "cwd": root, "env": environment}


def test_a_plain_render_leaves_pages_whose_links_lead_somewhere(project: Path) -> None:
    """Downloads, catalogue and bundles lie beside the pages, though `millpond` did not run."""
    done = subprocess.run(
        **command(project, "render"), capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert done.returncode == 0, done.stderr
    pages = project / "_site" / "reports"
    for name in ("index", "other"):
        root = html.document_fromstring((pages / f"{name}.html").read_bytes())
        links = [link for link in root.xpath("//main//a/@href") if not link.startswith("#")]
        assert any(link.endswith(".csv") for link in links)
        assert [link for link in links if not (pages / link.partition("#")[0]).exists()] == []
    assert (pages / "catalog.json").is_file() and (pages / "changes.xml").is_file()
    assert (pages / "assets" / "vendor" / "plotly.min.js").stat().st_size > 100_000


def test_a_preview_shows_a_page_and_what_an_author_changes_in_it(project: Path) -> None:
    """With its chart; a saved page is rendered again when it is asked for."""
    page = project / "reports" / "index.qmd"
    with previewing(project, page) as address:
        assert "Before." in read(address) and 'id="drawn"' in read(address)
        page.write_text(CHART.replace("Before.", "After it."), encoding="utf-8")
        assert any("After it." in read(address) for _ in range(TRIES))
        assert 'id="drawn"' in read(address)


@contextmanager
def previewing(root: Path, page: Path) -> Iterator[str]:
    """A preview of that page, until it is left; gives the page's address."""
    told = ("preview", str(page), "--no-browser")
    started = subprocess.Popen(
        **command(root, *told),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert started.stdout is not None
    try:
        line = until(started.stdout, "Browse at ")
        yield line.rpartition("Browse at ")[2].strip()
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait(timeout=60)
        started.stdout.close()


def until(said: IO[str], sign: str) -> str:
    """The next line that holds the sign; fails with all that was said when there is none."""
    lines: list[str] = []
    for line in said:
        lines.append(line)
        if sign in line:
            return line
    pytest.fail(f"never said {sign!r}:\n" + "".join(lines[-20:]))


def read(address: str) -> str:
    with urlopen(address, timeout=SECONDS) as answer:
        text: str = answer.read().decode()
        return text
