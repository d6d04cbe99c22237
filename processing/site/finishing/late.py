"""Have a page ask for the site's own scripts once it shows, so that they compete with nothing."""

from __future__ import annotations

import re

# Quarto's scripts stay where they are: its own inline ones wait for them.
_OURS = re.compile(
    r'<script src="(?P<src>(?:assets|site_libs/millpond)/[\w./-]+\.js)" defer(?:="")?></script>\n?'
)
_HERE = 'id="late-scripts"'
# A template is inert for a browser, and its addresses can still be checked like any other.
_ASK = """<script>
// After the first picture: `async` is off, so that they run in their order.
requestAnimationFrame(() => setTimeout(() => {
  const asked = [...document.getElementById("late-scripts").content.children].map((one) => {
    const script = document.createElement("script");
    script.async = false;
    script.src = one.getAttribute("src");
    return script;
  });
  // Whoever drives the page by program can wait for this.
  asked.at(-1).onload = () => { document.documentElement.dataset.scripts = "ran"; };
  document.head.append(...asked);
}));
</script>
"""


def with_late_scripts(page: str) -> str:
    """The page with the site's own deferred scripts in a template, and a script that asks for them.

    A page without such scripts or a body stays as it is, and so does one that has been here.
    """
    found = [match["src"] for match in _OURS.finditer(page)]
    if not found or "</body>" not in page or _HERE in page:
        return page
    tags = "".join(f'<script src="{src}" defer></script>' for src in dict.fromkeys(found))
    late = f"<template {_HERE}>{tags}</template>\n{_ASK}</body>"
    head, _, rest = _OURS.sub("", page).rpartition("</body>")
    return head + late + rest
