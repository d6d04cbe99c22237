"""Nothing internal on a public site: canaries in every internal place, and every byte searched."""

from __future__ import annotations

import base64
import gzip
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.board.excerpt import lay_out
from processing.board.reader import for_audience, open_release
from processing.config import load_config
from processing.contracts.contract import Audience, Check, Column, Contract
from processing.contracts.frames import LazyFrame
from processing.errors import MillpondError, PageError
from processing.site.check.canaries import Canaries
from processing.site.check.leaks import check_leaks
from processing.site.check.published import texts_of
from processing.site.execution.execute import Executed, Failed, execute_pages
from processing.site.rendering.quarto import find_quarto
from processing.site.run import Rendering, render_site
from processing.tables import columns as c
from processing.tables.registry import Table, load_tables, table
from tests.conftest import ROOT, run_millpond
from tests.integration.projects import run_build
from tests.integration.sites import QUARTO, small_site
from tests.site.pages import page

# One in every kind of column, in the contract, and in the prose of a page and of a part.
CANARIES = ("Zanzibar Kestrel", "7654321.98", "91827364", "gyrfalcon", "marsh harrier", "osprey")
VAULT = Contract(
    title="The gyrfalcon ledger",
    grain="One row per gyrfalcon week",
    key=("week",),
    columns=(
        c.WEEK,
        c.column("gyrfalcon_name", "string", "name", "What the gyrfalcon is called"),
        c.column("gyrfalcon_usd", "usd", "US dollars", "What the gyrfalcon costs"),
        Column(name="gyrfalcon_feathers", type="int32", unit="feathers", meaning="Its feathers"),
        c.column("gyrfalcon_date", "date", "date", "When it came"),
    ),
    checks=(Check(kind="rows", says="the gyrfalcon has weeks", minimum=1),),
    treatment=("A gyrfalcon without a name stays nameless.",),
    audience="internal",
)


@table(VAULT)
def vault_gyrfalcon(weeks: LazyFrame) -> LazyFrame:
    """One row per week with a canary in each column."""
    return weeks.select(
        "week",
        gyrfalcon_name=nw.lit("Zanzibar Kestrel"),
        gyrfalcon_usd=nw.lit(7654321.98),
        gyrfalcon_feathers=nw.lit(91827364),
        gyrfalcon_date=nw.col("week_start_date"),
    )


@table(
    Contract(
        title="How many there are",
        grain="One row per week",
        key=("week",),
        columns=(c.WEEK, c.column("birds", "int32", "birds", "How many birds")),
        discloses=("vault_gyrfalcon",),
    )
)
def birds_by_week(vault_gyrfalcon: LazyFrame) -> LazyFrame:
    """One row per week: a number that everybody may know."""
    return vault_gyrfalcon.group_by("week").agg(birds=nw.len())


INDEX = """---
title: Home
description: A page of a test.
---

```{python}
#| include: false
from processing.board.reader import manifest, pin
from processing.views import about, plain
```

```{python}
plain.table(pin("birds_by_week"), "birds")
```

```{python}
about.data_flow(manifest())
```

::: {.content-visible when-profile="internal"}

The marsh harrier is seen by few people only.

```{python}
plain.internal_table(pin("vault_gyrfalcon"), "harrier-part")
```

See [the other page](osprey.qmd).

:::
"""
OSPREY = """---
title: The osprey
description: The osprey is never told of to anybody else.
audience: internal
---

```{python}
#| include: false
from processing.board.reader import pin
from processing.views import plain
```

```{python}
plain.table(pin("vault_gyrfalcon"), "osprey-table")
```
"""
PROFILES = {
    "_quarto.yml": "profile: {group: [public, internal]}\n" + QUARTO.replace(
        "      - {href: reports/other.qmd, text: Other}\n", ""
    ),
    "_quarto-public.yml": 'project: {render: ["!reports/osprey.qmd"]}\n',
    "_quarto-internal.yml": "project: {output-dir: _site-internal}\n"
    "website: {navbar: {left: [{href: reports/osprey.qmd, text: Osprey}]}}\n",
}  # fmt: skip


def declared(*functions: object) -> dict[str, Table]:
    """The tables of some functions, and those of the project that they need."""
    found = {one.declared_table.name: one.declared_table for one in functions}  # type: ignore[attr-defined]
    return found | {name: load_tables()[name] for name in ("weeks", "trading_days_by_week")}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two releases, in which canaries are in every internal place."""
    root = small_site(tmp_path_factory.mktemp("audiences") / "project")
    (root / "reports" / "other.qmd").unlink()
    (root / "reports" / "index.qmd").write_text(INDEX, encoding="utf-8")
    (root / "reports" / "osprey.qmd").write_text(OSPREY, encoding="utf-8")
    for name, text in PROFILES.items():
        (root / name).write_text(text, encoding="utf-8")
    for day in (11, 12):
        run_build(root, date(2017, 2, day), tables=declared(vault_gyrfalcon, birds_by_week))
    return root


RENDERERS = ["pandoc", pytest.param("quarto", marks=pytest.mark.quarto)]


@pytest.fixture(scope="module", params=RENDERERS)
def sites(request: pytest.FixtureRequest, project: Path) -> dict[Audience, Path]:
    """The site for each audience, by one renderer."""
    made: dict[Audience, Path] = {}
    for audience in ("public", "internal"):
        out = project / f"_site-{audience}-{request.param}"
        made[audience] = rendered(project, audience, out, request.param)
    return made


def rendered(root: Path, audience: Audience, out: Path, renderer: str = "pandoc") -> Path:
    config = load_config(root).for_audience(audience)
    done = render_site(config, renderer, out, lambda line: None, gate=True)
    assert isinstance(done, Rendering)
    assert done.error is None
    return out


def bytes_of(folder: Path) -> str:
    """Names and contents of all files, archives and tables opened: a search by other means."""
    found = []
    for path in sorted(folder.rglob("*")):
        found.append(path.relative_to(folder).as_posix())
        if path.suffix == ".parquet":
            found.append(str(pq.read_table(path).to_pydict()) + str(pq.read_schema(path)))
        elif path.suffix == ".gz":
            found.append(gzip.decompress(path.read_bytes()).decode())
        elif path.is_file():
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


def written(text: str, canary: str) -> bool:
    """Whether a canary stands in a text: numbers also with marks between their digits."""
    plain = text.replace(",", "").replace("<wbr>", "")
    return canary.lower() in plain.lower()


def test_no_canary_is_in_a_public_byte(sites: dict[Audience, Path]) -> None:
    """And each is found on the internal site, so the search can find them."""
    public, internal = bytes_of(sites["public"]), bytes_of(sites["internal"])
    assert [one for one in CANARIES if written(public, one)] == []
    assert [one for one in CANARIES if not written(internal, one)] == []
    for name in ("index.html", "catalog.json", "changes.xml", "changes.json", "freshness.json"):
        assert (sites["public"] / name).is_file()
    assert (sites["internal"] / "osprey.html").is_file()


def test_public_pages_were_executed_on_a_board_without_it(
    project: Path, sites: dict[Audience, Path]
) -> None:
    alone = project / ".cache" / "audience" / "public"
    pins = sorted(path.name for path in (alone / "pins").iterdir())
    assert pins == ["birds_by_week", "trading_days_by_week", "weeks"]
    assert not [one for one in CANARIES if written(bytes_of(alone), one)]


def test_the_public_site_shows_what_it_may(sites: dict[Audience, Path]) -> None:
    text = (sites["public"] / "index.html").read_text(encoding="utf-8")
    assert "How many there are" in text
    assert "birds_<wbr>by_<wbr>week" in text


def test_each_site_passes_the_gate_of_its_own_audience_alone(
    project: Path, sites: dict[Audience, Path]
) -> None:
    """`check` takes the audience from the site, and searches another one when told to."""
    for folder in sites.values():
        assert run_millpond(project, "check", str(folder)).returncode == 0
    wrong = run_millpond(project, "check", "--audience", "public", str(sites["internal"]))
    assert wrong.returncode == 15
    for said in ("pin vault_gyrfalcon", "vault_gyrfalcon.gyrfalcon_usd", "the page osprey",
                 "contract of vault_gyrfalcon", "a part of the page index"):  # fmt: skip
        assert f"{said} is internal" in wrong.stderr


def as_parquet(text: str) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [text]}), sink)
    return sink.getvalue()


def as_zip(text: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", gzip.compress(text.encode()))
    return sink.getvalue()


def as_trace(text: str) -> bytes:
    """As plotly packs the numbers of a trace."""
    digits = "".join(one for one in text if one.isdigit() or one == ".")
    packed = base64.b64encode(np.array([float(digits or 0)]).tobytes()).decode()
    return f'{{"x":{{"dtype":"f8","bdata":"{packed}"}}}}'.encode()


def escaped(text: str) -> bytes:
    return "".join(f"\\u{ord(one):04x}" for one in text).encode()


HIDES: dict[str, Callable[[str], bytes]] = {
    "page.html": lambda text: f"<p>{text.replace('_', '_<wbr>')}</p>".encode(),
    "marked.html": lambda text: "<b></b>".join(text).encode(),
    "entities.html": lambda text: "".join(f"&#{ord(one)};" for one in text).encode(),
    "comment.html": lambda text: f"<!-- {text} -->".encode(),
    "attribute.html": lambda text: f'<a title="{text}">x</a>'.encode(),
    "picture.svg": lambda text: f"<svg><text>{text}</text></svg>".encode(),
    "table.csv": lambda text: f'1,"{text}",2\n'.encode(),
    "data.json": escaped,
    "style.css": lambda text: f"/* {text} */".encode(),
    "link.xml": lambda text: "".join(f"%{ord(one):02x}" for one in text).encode(),
    "inline.js": lambda text: b'"data:text/plain;base64,' + base64.b64encode(text.encode()) + b'"',
    "rows.parquet": as_parquet,
    "text.gz": lambda text: gzip.compress(text.encode()),
    "bundle.zip": as_zip,
}
FOUND = Canaries({"7654321.98": "a number"}, {"zanzibar kestrel": "a name", "a_vault": "a pin"})


@pytest.mark.parametrize("hide", HIDES)
@pytest.mark.parametrize("canary", ["Zanzibar  Kestrel", "7,654,321.980", "a_vault"])
def test_a_planted_canary_is_found(tmp_path: Path, hide: str, canary: str) -> None:
    """However it is wrapped; a file without it is not complained of."""
    (tmp_path / "clean.html").write_text("<p>Zanzibar and 7654321, but no pin</p>")
    (tmp_path / hide).write_bytes(HIDES[hide](canary))
    assert {finding.page for finding in check_leaks(tmp_path, FOUND)} == {hide}


def test_a_canary_in_a_trace_or_an_address_is_found(tmp_path: Path) -> None:
    (tmp_path / "trace.json").write_bytes(as_trace("7654321.98"))
    (tmp_path / "a_vault.txt").write_text("")
    assert {f.page for f in check_leaks(tmp_path, FOUND)} == {"trace.json", "a_vault.txt"}
    assert "7654321.98" in "".join(texts_of(as_trace("7654321.98")))


def test_a_number_of_the_public_is_no_canary(project: Path, sites: dict[Audience, Path]) -> None:
    """What a public pin holds may be written, though an internal pin holds it too."""
    shown = sites["public"] / "extra.txt"
    shown.write_text("2017 12 birds_by_week")
    assert run_millpond(project, "check", str(sites["public"])).returncode == 0
    shown.write_text(f"{Decimal('7654321.98'):,}")
    assert run_millpond(project, "check", str(sites["public"])).returncode == 15
    shown.unlink()


def changed(project: Path, folder: Path, name: str, old: str, new: str) -> Path:
    root = folder / "project"
    shutil.copytree(project, root, ignore=shutil.ignore_patterns("_site*", ".cache"))
    path = root / name
    assert old in path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        (
            "reports/index.qmd",
            '::: {.content-visible when-profile="internal"}',
            "::: {.callout-note}",
            "Page index.qmd, line 25: pin 'vault_gyrfalcon' is internal, and this site is public",
        ),
        (
            "reports/index.qmd",
            'when-profile="internal"}',
            'when-profile="internal"} and more',
            "a part for an audience is not written as one",
        ),
        ("reports/osprey.qmd", "audience: internal\n", "", "do not say the same"),
        ("_quarto-public.yml", "!reports/osprey.qmd", "!reports/kite.qmd", "do not say the same"),
    ],
)
def test_a_slip_is_one_error_and_nothing_internal_is_published(
    project: Path, tmp_path: Path, name: str, old: str, new: str, says: str
) -> None:
    root = changed(project, tmp_path, name, old, new)
    done = run_millpond(root, "render", "--renderer", "pandoc")
    assert done.returncode == 14
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not [one for one in CANARIES if written(bytes_of(root / "_site"), one)]


def test_prose_that_slips_out_of_its_part_fails_the_check(project: Path, tmp_path: Path) -> None:
    """A sentence copied from an internal part stops the site, although it reads no pin."""
    prose = "The marsh harrier is seen by few people only"
    root = changed(project, tmp_path, "reports/index.qmd", "A page of a test", prose)
    with pytest.raises(MillpondError, match="a part of the page index is internal"):
        rendered(root, "public", root / "_site")


def test_the_seal_keeps_a_page_from_the_board_of_all(project: Path, tmp_path: Path) -> None:
    """Neither the internal pin nor the whole manifest can be read, by whatever path."""
    whole = open_release(project / "board")
    alone = lay_out(for_audience(whole, "public"), tmp_path / "alone")
    for path in (whole.path("vault_gyrfalcon"), project / "board" / "releases" / "current.json"):
        cell = page(f'open("{path}", "rb").read()[:4]')
        (shut,) = execute_pages([cell], alone, ROOT, rules=lambda _: [])
        assert isinstance(shut, Failed)
        assert isinstance(shut.error, PageError)
        (opened,) = execute_pages([cell], whole, ROOT, rules=lambda _: [])
        assert isinstance(opened, Executed)


@pytest.mark.quarto
def test_plain_quarto_shows_the_same_by_its_profiles(project: Path, tmp_path: Path) -> None:
    """At the root of the project, without any of our rendering; public when nothing is chosen."""
    quarto = find_quarto()
    if quarto is None:
        pytest.skip("needs Quarto: set QUARTO_PATH or put `quarto` on PATH")
    root = Path(shutil.copytree(project, tmp_path / "p", ignore=shutil.ignore_patterns("_site*")))
    python = {"QUARTO_PYTHON": str(ROOT / ".venv/bin/python"), "PYTHONPATH": str(ROOT)}
    for profile in ((), ("--profile", "internal")):
        subprocess.run(
            [str(quarto), "render", *profile], cwd=root, check=True, capture_output=True,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **python},
        )  # fmt: skip
    public, internal = bytes_of(root / "_site"), bytes_of(root / "_site-internal")
    assert "How many there are" in public
    assert [one for one in CANARIES if written(public, one)] == []
    assert [one for one in CANARIES if not written(internal, one)] == []
