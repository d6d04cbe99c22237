"""Make pages of Quarto lighter: nothing that they do not use, and nothing that need not block."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from processing.errors import SiteError
from processing.site.finishing.inline import put_styles
from processing.site.finishing.used import used_names

STYLES = Path("site_libs/bootstrap")
TOGETHER = "site_libs/together-{}.js"
PURGE = Path("node_modules/purgecss/bin/purgecss.js")
BUNDLE = Path("node_modules/esbuild/bin/esbuild")
_SECONDS = 120
WORDS = Path("site_libs/words.txt")
_SCRIPT = re.compile(r'<script src="(site_libs/[^"]+)"( type="module")?></script>\n?')
# Ours stay as they are: they come after the first picture.
_JOINED = re.compile(
    rb'<script src="(site_libs/(?!millpond/)[^"]+)" (?:defer|type="module")></script>\n?'
)
_HOVER = re.compile(
    r'<script src="site_libs/quarto-html/(?:popper|tippy)[^"]*"></script>\n?'
    r'|<link href="site_libs/quarto-html/tippy\.css"[^>]*>\n?'
)
_CLIPBOARD = re.compile(r'<script src="site_libs/clipboard/[^"]*"></script>\n?')
_HOVERS = "tippyHover("  # stands once where it is defined, and again for whatever uses it
_COPIES = re.compile(r'ClipboardJS\(|"copy-button": true')
_PART = re.compile(r"^import .* from \"\./(.+)\";$", re.MULTILINE)


def lighter(page: str) -> str:
    """The page of Quarto 1.7 without scripts that nothing on it calls; the others do not block.

    Its own inline scripts wait for DOMContentLoaded, before which all deferred scripts have run.
    """
    if page.count(_HOVERS) < 2:
        page = _HOVER.sub("", page)
    if not _COPIES.search(page):
        page = _CLIPBOARD.sub("", page)
    return _SCRIPT.sub(_deferred, page)


def _deferred(found: re.Match[str]) -> str:
    return found[0] if found[2] else found[0].replace("></script>", " defer></script>")


def lighten(root: Path, out: Path, pages: Iterable[Path]) -> None:
    """One script for those of Quarto, and in each page what the site can use of its styles.

    By esbuild and PurgeCSS, where npm fetched them and there is Node; else both stay as they are.
    SiteError when one of them fails.
    """
    pages = list(pages)
    node = shutil.which("node")
    if not (node and (out / STYLES).is_dir()):
        return
    if (root / BUNDLE).is_file():
        join_scripts([node, str((root / BUNDLE).resolve())], out, pages)
    if (root / PURGE).is_file():
        names = used_names(out, pages)
        purge_styles([node, str((root / PURGE).resolve())], out, names)
        put_styles(out, pages, names)


def join_scripts(esbuild: list[str], out: Path, pages: Iterable[Path]) -> None:
    """Put the scripts of Quarto on each page into one file, which is called by its content.

    A module among them becomes a script like others: browsers refuse modules from a file.
    """
    made: dict[tuple[str, ...], str] = {}
    for path in pages:
        page = path.read_bytes()
        found = [name.decode() for name in _JOINED.findall(page)]
        if not found:
            continue
        if (key := tuple(found)) not in made:
            made[key] = _together(esbuild, out, found)
        first = f'<script src="{made[key]}" defer></script>\n'.encode()
        head, *rest = _JOINED.split(page)
        path.write_bytes(head + first + b"".join(rest[1::2]))


def _together(esbuild: list[str], out: Path, names: list[str]) -> str:
    """The address of a file that holds these scripts in their order."""
    texts = {name: (out / name).read_text(encoding="utf-8") for name in names}
    parts = {str(Path(name).parent / to) for name in names for to in _PART.findall(texts[name])}
    for name in names:
        if _PART.search(texts[name]):
            texts[name] = _run(esbuild, out, name, "--bundle", "--format=iife")
    whole = out / "site_libs" / "together.js"
    whole.write_text("\n;\n".join(texts[name] for name in names if name not in parts), "utf-8")
    said = _run(esbuild, out, "site_libs/together.js", "--minify", "--legal-comments=eof")
    whole.unlink()
    name = TOGETHER.format(hashlib.sha256(said.encode()).hexdigest()[:12])
    (out / name).write_text(said, encoding="utf-8")
    return name


def purge_styles(purge: list[str], out: Path, names: Iterable[str]) -> None:
    """Leave of Bootstrap's styles the rules that name none but these."""
    styles = sorted(path.relative_to(out) for path in (out / STYLES).glob("*.css"))
    (out / WORDS).write_text(" ".join(sorted(names)), encoding="utf-8")
    told = ["--content", str(WORDS), "--keyframes", "--output", str(STYLES)]
    _run(purge, out, "--css", *map(str, styles), *told)
    (out / WORDS).unlink()


def _run(program: list[str], out: Path, *told: str) -> str:
    """What a program of npm says about the site in `out`; it gets to know nothing else."""
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(out), "NO_COLOR": "1"}
    done = subprocess.run(
        [*program, *told],
        cwd=out,
        env=environment,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        raise SiteError(
            f"{Path(program[-1]).name} could not make the pages of Quarto lighter",
            found=done.stderr.decode(errors="replace").strip()[-500:],
            expected="scripts and styles as Quarto 1.7 writes them",
            next_step="run `npm ci`, or remove node_modules: the site is made without it then",
        )
    return done.stdout.decode()
