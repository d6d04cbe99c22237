"""Staging: what an author writes, and what the renderers get."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from processing.errors import PageError
from processing.site.rendering.links import map_links, staged_address, without_code
from processing.site.rendering.stage import copy_assets
from processing.site.rendering.stage_config import staged_config
from tests.site.staged import CONFIG, code, make_stage, page, prose

PAGES = {"index", "stores"}


def staged_cells(where: Path, name: str, *cells: Any, front: str = "") -> list[dict[str, Any]]:
    folder = make_stage(where, {name: page("T", *cells, front=front)})
    found: list[dict[str, Any]] = json.loads((folder / f"{name}.ipynb").read_text())["cells"]
    return found


@pytest.mark.parametrize(
    ("written", "staged"),
    [
        ("stores.qmd", "stores.ipynb"),
        ("stores.qmd#top", "stores.ipynb#top"),
        ("./stores.qmd", "stores.ipynb"),
        ("/reports/stores.qmd", "stores.ipynb"),
        ("../reports/index.qmd", "index.ipynb"),
        ("assets/a.svg", "assets/a.svg"),
        ("#here", "#here"),
        ("https://example.org/x.qmd", "https://example.org/x.qmd"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_an_address_of_a_page_becomes_that_of_its_notebook(written: str, staged: str) -> None:
    assert staged_address(written, PAGES, "reports", "index") == staged


def test_a_link_to_no_page_is_refused_with_the_pages_there_are() -> None:
    with pytest.raises(PageError) as refused:
        staged_address("shops.qmd", PAGES, "reports", "index")
    assert str(refused.value) == (
        "Page index links to a page that does not exist: shops.qmd\n"
        "  found: reports/shops.qmd\n"
        "  expected: one of index.qmd, stores.qmd\n"
        "  next step: correct the link in reports/index.qmd"
    )


def test_links_are_changed_in_every_form_but_not_in_code() -> None:
    text = (
        "[a](x.qmd) [b](<x.qmd>) [c][r] `[d](x.qmd)` <a href='x.qmd'>e</a>\n\n"
        "[r]: x.qmd 'title'\n\n"
        "```\n[f](x.qmd)\n```\n\n[g](x.qmd)\n"
    )
    assert map_links(text, lambda to: to.upper()) == (
        "[a](X.QMD) [b](<X.QMD>) [c][r] `[d](x.qmd)` <a href='X.QMD'>e</a>\n\n"
        "[r]: X.QMD 'title'\n\n"
        "```\n[f](x.qmd)\n```\n\n[g](X.QMD)\n"
    )


def test_code_is_cut_out_of_prose() -> None:
    assert without_code("a `b` c\n\n````\n# d\n```\n# e\n````\n\nf\n") == "a  c\n\n\n\nf\n"


def test_the_configuration_is_flat_over_notebooks_and_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "_quarto.yml"
    path.write_text(CONFIG.replace("type: website,", "type: website, post-render: x.py,"))
    config = yaml.safe_load(staged_config(path, "reports"))
    assert config["project"] == {
        "type": "website",
        "output-dir": "_site",
        "render": ["*.ipynb"],
        "resources": ["assets/**"],
    }
    assert config["website"]["navbar"]["left"] == [
        {"text": "This week", "href": "index.ipynb"},
        "stores.ipynb",
    ]
    assert config["website"]["page-footer"]["right"] == [{"text": "About", "href": "stores.ipynb"}]
    assert config["format"]["html"]["css"] == "assets/millpond.css"
    assert config["execute"] == {"echo": False, "enabled": False}


def test_our_own_configuration_names_only_files_of_the_stage() -> None:
    root = Path(__file__).parents[2]
    text = staged_config(root / "_quarto.yml", "reports")
    assert "reports/" not in text
    assert ".qmd" not in text


def test_what_plain_quarto_runs_first_lays_the_bundles_that_pages_load(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    first = yaml.safe_load((root / "_quarto.yml").read_text())["project"]["pre-render"]
    for name in ("millpond.toml", "_quarto.yml", first, "reports/assets/explorer.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((root / name).read_bytes())
    subprocess.run([sys.executable, first], cwd=tmp_path, check=True)
    vendor = tmp_path / "reports" / "assets" / "vendor"
    assert {path.name for path in vendor.iterdir()} == {"plotly.min.js", "hyparquet.js"}


def test_a_configuration_that_is_not_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "_quarto.yml").write_text("a: [")
    with pytest.raises(PageError, match="cannot be read"):
        staged_config(tmp_path / "_quarto.yml", "reports")


def test_the_release_note_is_the_last_cell(tmp_path: Path) -> None:
    cells = staged_cells(tmp_path, "index", "Text.")
    assert [cell["cell_type"] for cell in cells] == ["raw", "markdown", "markdown"]
    assert "20171121T060000Z-abcdef01" in "".join(cells[-1]["source"])


def test_every_source_is_a_list_of_lines(tmp_path: Path) -> None:
    """Quarto joins the lines of a source that is one string without their ends."""
    cells = staged_cells(tmp_path, "index", "## A\n\nText.", code("view()\n1"))
    assert cells[0]["source"] == ["---\n", "title: T\n", "---"]
    assert cells[1]["source"] == ["## A\n", "\n", "Text."]
    assert cells[2]["source"] == ["view()\n", "1"]
    assert cells[3]["source"][0] == "```{=html}\n"


def test_assets_are_copied_and_hidden_files_and_plotly_are_not(tmp_path: Path) -> None:
    folder = make_stage(tmp_path, {})
    reports = tmp_path / "root" / "reports"
    for name in ("assets/vendor/plotly.min.js", ".secret", "assets/deep/a.png", "x.qmd"):
        (reports / name).parent.mkdir(parents=True, exist_ok=True)
        (reports / name).write_text("x")
    copy_assets(reports, tmp_path / "copy")
    copied = sorted(p.relative_to(tmp_path / "copy").as_posix() for p in files(tmp_path / "copy"))
    assert copied == [
        "assets/deep/a.png",
        "assets/favicon.svg",
        "assets/millpond.css",
        "assets/millpond.js",
    ]
    assert (folder / "assets" / "millpond.css").is_file()


def test_the_brand_is_staged_where_the_configuration_names_it(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    config = yaml.safe_load(staged_config(root / "_quarto.yml", "reports"))
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "_brand.yml").write_text("color: {}\n")
    folder = make_stage(tmp_path, {})
    assert (folder / config["brand"]["light"]).read_text() == "color: {}\n"
    copy_assets(root / "reports", tmp_path / "copy")
    assert (tmp_path / "copy" / config["brand"]["dark"]).is_file()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("front", "left"),
    [
        ("aliases: [/index.html]\n", None),
        ("aliases: /\n", None),
        ("aliases: [/index.html, old.html]\n", ["old.html"]),
        ("aliases: [old.html]\n", ["old.html"]),
    ],
)
def test_an_alias_that_is_the_page_itself_is_dropped(
    tmp_path: Path, front: str, left: list[str] | None
) -> None:
    source = "".join(staged_cells(tmp_path, "index", "Text.", front=front)[0]["source"])
    assert source.startswith("---\n")
    assert source.endswith("---")
    assert yaml.safe_load(source.strip("-")).get("aliases") == left


def test_an_html_output_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"Page index: a cell's output is text/html"):
        make_stage(tmp_path, {"index": page("T", code("df", "<b>", mime="text/html"))})


def test_a_first_level_heading_in_the_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"write `## Sales` in reports/index\.qmd"):
        make_stage(tmp_path, {"index": page("T", prose("```\n# code\n```\n\n# Sales"))})


def test_staging_again_gives_the_same_bytes_and_leaves_nothing_old(tmp_path: Path) -> None:
    first = make_stage(tmp_path / "a", {"index": page("T", "[x](stores.qmd)")})
    second = make_stage(tmp_path / "b", {"index": page("T", "[x](stores.qmd)")})
    assert [p.read_bytes() for p in sorted(files(first))] == [
        p.read_bytes() for p in sorted(files(second))
    ]


def test_a_link_that_leads_out_of_the_pages_is_refused(tmp_path: Path) -> None:
    """What lies elsewhere on the machine must not end in a public folder."""
    (tmp_path / "secret.txt").write_text("key")
    assets = tmp_path / "reports" / "assets"
    assets.mkdir(parents=True)
    (assets / "inside.txt").write_text("fine")
    (assets / "linked.txt").symlink_to(assets / "inside.txt")
    copy_assets(tmp_path / "reports", tmp_path / "one")
    (assets / "key.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(PageError, match="a link that leads out of"):
        copy_assets(tmp_path / "reports", tmp_path / "two")
