"""Finished HTML and what makes text inert."""

from __future__ import annotations

import json

import pytest
from lxml import html

from processing.views.html import Fragment, element, escape, escape_json, plain_text

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{< env HOME >}}",
    "{{</td>x>}}",
    "````\n{=html}",
    "`x`{=html}",
    "' onmouseover='alert(1)",
    "]]></svg>",
    "</figure><h1>x",
    "\u202eabc",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_shows_as_itself_and_does_nothing(text: str) -> None:
    """Parsed back, the text is what it was; no tag, shortcode or backtick stands in the source."""
    made = element("p", escape(text), title=text)
    parsed = html.fromstring(made)
    expected = text.replace("\u202e", "\ufffd").replace("\n", "\ufffd")
    assert len(parsed) == 0
    assert parsed.text == expected
    assert parsed.get("title") == expected
    assert "{{" not in made
    assert "`" not in made


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_json_parses_to_the_same_and_holds_no_markup(text: str) -> None:
    """A JSON block in a page can neither end its script element nor open a shortcode."""
    made = escape_json(json.dumps({"name": text}))
    assert json.loads(made) == {"name": text}
    assert not set("<>&`") & set(made)
    assert "{{" not in made


def test_a_block_is_one_raw_block_without_blank_lines() -> None:
    """Markdown sees one fence, whatever lines the HTML has."""
    shown = Fragment("<p>a</p>\n\n \n<p>b</p>")._repr_markdown_()
    assert shown == "```{=html}\n<p>a</p>\n<p>b</p>\n```\n"


def test_an_inline_fragment_stays_on_its_line() -> None:
    """A number in a sentence is raw inline HTML."""
    assert Fragment("<b>1\n2</b>", inline=True)._repr_markdown_() == "`<b>1 2</b>`{=html}"


def test_attributes_may_be_left_out_or_stand_alone() -> None:
    """None and False leave an attribute out, True gives it no value."""
    assert element("a", "x", href="#a", download=True, id=None, open=False) == (
        '<a href="#a" download>x</a>'
    )


def test_plain_text_is_what_a_reader_sees() -> None:
    """Labels for screen readers hold the words without tags and references."""
    assert plain_text("<b>Meat &amp;\n fish</b> &#123;1&#125;") == "Meat & fish {1}"
