"""A page that stands by itself: nothing else of the site need be there, or be as it was."""

from __future__ import annotations

from processing.site.finishing.policy import with_policy
from processing.views.html import escape
from processing.views.palette import PALETTE

_ROLES = ("ground", "ink", "muted", "teal", "grid")
_COLOURS = " ".join(f"--{r}: light-dark({', '.join(PALETTE[r])});" for r in _ROLES)
_STYLE = f"""
:root {{ color-scheme: light dark; {_COLOURS} }}
body {{ max-width: 42rem; margin: 0 auto; padding: 4rem 1rem; background: var(--ground);
  color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif; overflow-wrap: break-word; }}
h1 {{ margin: 0 0 1rem; padding-top: 1rem; border-top: 4px solid var(--teal);
  font: 700 2.5rem/1.2 Georgia, serif; }}
a {{ display: inline-block; min-height: 2.75rem; color: var(--teal); }}
ul {{ padding: 0; list-style: none; }}
li {{ border-top: 1px solid var(--grid); }}
li a {{ padding-top: 0.5rem; }}
li span {{ display: block; margin-top: -0.5rem; padding-bottom: 0.5rem; color: var(--muted); }}
""".strip()


def standalone(title: str, description: str, body: str, head: str = "") -> str:
    """The page, with its policy. `body` and `head` are finished HTML; engines do not list it."""
    return with_policy(
        f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<meta name="description" content="{escape(description)}">
<meta name="robots" content="noindex">
<style>
{_STYLE}
</style>
{head}</head>
<body>
<main>{body}</main>
</body>
</html>
"""
    )
