"""Of a style sheet a page gets the rules that can apply to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.site.finishing.rules import applicable, script_words, words_of


@pytest.mark.parametrize(
    "rule",
    [
        "p { color: red; }",
        ".there { color: red; }",
        ".there .there-too > p::before { color: red; }",
        ".gone, .there { color: red; }",
        ".series-12 { color: red; }",
        "p:not(.gone) { color: red; }",
        ":is(.gone, .there) p { color: red; }",
        "p[class] { margin: .5rem; }",
        "@font-face { font-family: x; }",
        "@keyframes gone { from { opacity: 0; } }",
    ],
)
def test_what_may_apply_stays(rule: str) -> None:
    assert applicable(rule, {"there", "there-too", "series-"}) == rule


@pytest.mark.parametrize("rule", [".gone {}", ".there.gone {}", "a .gone:hover, .lost > b {}"])
def test_what_needs_a_class_that_is_nowhere_goes(rule: str) -> None:
    assert applicable(rule, {"there"}) == ""


def test_a_group_keeps_what_stays_in_it_and_an_empty_one_goes() -> None:
    css = """
    /* why */
    @media (width < 40rem) {
      .gone { color: red; }
      .there {
        color: red;
      }
    }
    @supports (gap: 0) { @media print { .gone { color: red; } } }
    """
    kept = "@media (width < 40rem) {\n.there { color: red; }\n}"
    assert applicable(css, {"there"}) == kept


def test_words_are_whatever_can_name_a_class() -> None:
    page = '<p class="a b_c">text</p><script>said.className = `series-${at}`</script>'
    assert {"a", "b_c", "text", "series-"} <= words_of(page)


def test_scripts_of_the_site_are_read_and_bundles_are_not(tmp_path: Path) -> None:
    for name in ("assets/one.js", "site_libs/x/two.js", "assets/vendor/three.js", "plotly.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"const {Path(name).stem} = 1;")
    words = script_words(tmp_path, tmp_path / "plotly.js")
    assert words & {"one", "two", "three", "plotly"} == {"one", "two", "plotly"}
