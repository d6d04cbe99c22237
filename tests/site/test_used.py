"""What pages and scripts can name is found, and text is not taken for it."""

from __future__ import annotations

from pathlib import Path

from processing.site.finishing.used import BOOTSTRAP, used_names

SCRIPT = "site_libs/quarto-nav/quarto-nav.js"
PAGE = f"""<html><head><script src="{SCRIPT}"></script>
<script type="application/json">{{"of": "data"}}</script><script>make("inlined")</script></head>
<body class="nav-fixed quarto-light" style="color: var(--own)"><p role="note">Words in prose.</p>
<button data-bs-toggle="collapse" data-scripts="{BOOTSTRAP} later.js"></button>
<template><script src="assets/late.js" defer></script></template></body></html>"""


def names(out: Path, page: str = PAGE) -> set[str]:
    """What the site of this one page and of some scripts can name."""
    scripts = {
        SCRIPT: "one",
        "later.js": "two",
        "assets/late.js": "three",
        "assets/explorer/main.js": "four",
        BOOTSTRAP: "carousel-item",
        "site_libs/quarto-html/tippy.umd.min.js": "tooltip",
        "assets/vendor/plotly.min.js": "modal",
        "index.html": page,
    }
    for name, text in scripts.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text, encoding="utf-8")
    return used_names(out, [out / "index.html"])


def test_names_come_from_tags_and_from_scripts_that_can_run(tmp_path: Path) -> None:
    found = names(tmp_path)
    assert {"body", "p", "role", "note", "nav-fixed", "quarto-light", "--own"} <= found
    assert {"inlined", "one", "two", "three", "four"} <= found
    assert not {"prose", "data", "tooltip", "modal"} & found


def test_bootstrap_names_what_folds_until_a_page_loads_it(tmp_path: Path) -> None:
    found = names(tmp_path)
    assert {"collapsing", "show"} <= found and "carousel-item" not in found
    loads = PAGE.replace("<button", f'<script src="{BOOTSTRAP}"></script><button')
    assert "carousel-item" in names(tmp_path, loads)
