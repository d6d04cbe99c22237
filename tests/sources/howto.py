"""The how-to snippets of docs/sources.md, so that what a reader copies is what is tried."""

from __future__ import annotations

import re
from functools import cache

from tests.conftest import ROOT


@cache
def snippets() -> dict[str, str]:
    """The TOML under each heading of docs/sources.md."""
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    found = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    blocks = {title: re.search(r"```toml\n(.*?)```", body, re.DOTALL) for title, body in found}
    return {title: block[1] for title, block in blocks.items() if block}


def snippet(title: str, **replaced: str) -> str:
    """A snippet whose named values (address, table …) are those of a server that is there.

    Without the heading `[sources.NAME]`.
    """
    lines = []
    for line in snippets()[title].splitlines():
        key = line.partition("=")[0].strip()
        lines.append(f'{key} = "{replaced.pop(key)}"' if key in replaced else line)
    assert not replaced, f"not in the how-to: {replaced}"
    return "\n".join(line for line in lines if not line.startswith("["))
