"""Render a staged project with an installed Quarto: on a copy, and without secrets."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from processing.errors import PageError
from processing.site.rendering.stage_config import OUTPUT

VARIABLE = "QUARTO_PATH"
OLDEST = (1, 4)
_SECONDS = 600
_LAST_LINES = 20
# What Quarto prints before it renders a page, and how it names one that it cannot read.
_BEGINS = re.compile(r"^\[\s*\d+/\d+\]\s+(?P<name>[\w.-]+)\.ipynb\s*$")
_NAMES = re.compile(r"[/\\](?P<name>[\w.-]+)\.ipynb\b")
_TRACE = re.compile(r"^Stack trace:", re.MULTILINE)
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def find_quarto(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The Quarto program: what QUARTO_PATH names, else the one on PATH, else None.

    PageError when QUARTO_PATH names no program.
    """
    named = environment.get(VARIABLE)
    if not named:
        found = shutil.which("quarto", path=environment.get("PATH", ""))
        return Path(found) if found else None
    for candidate in (Path(named), Path(named, "quarto"), Path(named, "bin", "quarto")):
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate.absolute()
    raise PageError(
        f"{VARIABLE} names no Quarto program",
        found=named,
        expected="the program `quarto`, or the folder it lies in",
        next_step=f"correct {VARIABLE}, or unset it to use the embedded renderer",
    )


def render(stage: Path, out: Path, quarto: Path | None = None) -> None:
    """Render the staged project into `out`, which is replaced. `quarto` is looked for by default.

    PageError when there is no Quarto, when it is too old, or with its last lines when it fails; it
    names the page that Quarto came to last, where it fails at one.
    """
    program = quarto or find_quarto()
    if program is None:
        raise PageError(
            "Quarto was not found",
            found=f"no {VARIABLE}, and no `quarto` on PATH",
            expected=f"Quarto {_dotted(OLDEST)} or newer",
            next_step="install Quarto, or render with `--renderer pandoc`",
        )
    with tempfile.TemporaryDirectory(prefix="millpond-quarto-") as scratch:
        # Not below `.cache`: Quarto passes over folders whose names begin with a dot.
        home, project = Path(scratch, "home"), Path(scratch, "project")
        home.mkdir()
        environment = clean_environment(program, home)
        check_version(_run([str(program), "--version"], environment, home))
        shutil.copytree(stage, project)
        names = {path.stem for path in stage.glob("*.ipynb")}
        said = _run(arguments(program, project), environment, project, names)
        if not (project / OUTPUT).is_dir():
            raise _failed(last_lines(said) or "no output folder")
        shutil.rmtree(out, ignore_errors=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(project / OUTPUT, out)


def arguments(program: Path, project: Path) -> list[str]:
    """The command: the whole project, nothing executed."""
    return [str(program), "render", str(project), "--no-execute"]


def clean_environment(program: Path, home: Path) -> dict[str, str]:
    """What Quarto gets to know: where programs are, an empty home, and nothing secret."""
    return {
        "PATH": os.pathsep.join([str(program.parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "NO_COLOR": "1",
        "CI": "true",
    }


def check_version(said: str) -> None:
    """PageError unless `said` is the version of a Quarto that is new enough."""
    match = re.search(r"(\d+)\.(\d+)", said)
    if match and (int(match[1]), int(match[2])) >= OLDEST:
        return
    raise PageError(
        "This Quarto is too old",
        found=said.strip() or "no version",
        expected=f"Quarto {_dotted(OLDEST)} or newer",
        next_step="install a newer Quarto, or render with `--renderer pandoc`",
    )


def last_lines(said: str) -> str:
    """The end of a program's output, without colours and empty lines."""
    return "\n".join(_lines(said)[-_LAST_LINES:])


def page_at_fault(said: str, names: Collection[str]) -> tuple[str | None, str]:
    """The page of these `names` at which Quarto stopped, if it says so, and what it said of it."""
    lines = _lines(_TRACE.split(said)[0])
    begun = [at for at, line in enumerate(lines) if _BEGINS.match(line)]
    fault = "\n".join(lines[begun[-1] + 1 if begun else 0 :][-_LAST_LINES:])
    named = [found["name"] for found in _NAMES.finditer(fault)]
    if begun and (last := _BEGINS.match(lines[begun[-1]])):
        named.append(last["name"])
    return next((name for name in named if name in names), None), fault


def _lines(said: str) -> list[str]:
    return [line.rstrip() for line in _COLOURS.sub("", said).splitlines() if line.strip()]


def _run(
    command: list[str], environment: dict[str, str], folder: Path, names: Collection[str] = ()
) -> str:
    """Run Quarto and give back what it printed; PageError with its last lines when it fails."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(str(error)) from error
    said = done.stdout.decode(errors="replace")
    if done.returncode:
        name, fault = page_at_fault(said, names)
        if name:
            raise _failed_at(name, fault.replace(str(folder), "").strip())
        raise _failed(last_lines(said) or f"exit code {done.returncode}, no output")
    return said


def _failed_at(name: str, found: str) -> PageError:
    return PageError(
        f"Page {name} cannot be rendered",
        found=found or "no word of Quarto's",
        expected="a page that Quarto reads",
        next_step=f"look at the options and the Markdown of {name}.qmd",
        page=name,
        told="its text cannot be set",
    )


def _failed(found: str) -> PageError:
    return PageError(
        "Quarto could not render the site",
        found=found,
        expected="a finished site",
        next_step="mend the page Quarto names, or render with `--renderer pandoc` to compare",
    )


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
