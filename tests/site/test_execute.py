"""Pages executed under the seal: results, failures, isolation, and equal bytes for equal input."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest

from processing.board.manifest import encode
from processing.board.reader import Release
from processing.errors import PageError
from processing.site.execution import kernel
from processing.site.execution.execute import Executed, Failed, execute_pages
from processing.site.execution.kernel import KernelServer, kernel_environment
from processing.site.execution.seal import doors, prepare
from processing.site.pages.qmd import Page, parse_page
from tests.site.pages import READER, page, tiny_manifest, tiny_pin, tiny_release

ROOT = Path(__file__).parents[2]
CANARY = "canary-5f1c"
LANDLOCK = prepare(doors([])) is not None


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return tiny_release(tmp_path_factory.mktemp("board"))


def free(_: Page) -> list[str]:
    """No rules, so that a page can get at the seal."""
    return []


def execute(release: Release, *pages: Page, seconds: int = 60) -> list[Executed | Failed]:
    return execute_pages(pages, release, ROOT, cell_seconds=seconds, rules=free)


def message(result: Executed | Failed) -> str:
    assert isinstance(result, Failed), result
    assert result.error.exit_code == 14
    return str(result.error)


def notebook(result: Executed | Failed) -> nbformat.NotebookNode:
    assert isinstance(result, Executed), result
    found: nbformat.NotebookNode = nbformat.reads(result.notebook.decode(), as_version=4)
    nbformat.validate(found)
    return found


def markdown(result: Executed | Failed) -> str:
    """All prose and all outputs of an executed page."""
    parts = []
    for cell in notebook(result).cells:
        parts += [cell.source] if cell.cell_type == "markdown" else []
        parts += [o.data["text/markdown"] for o in cell.get("outputs", [])]
    return "\n".join(parts)


def inline(text: str, name: str = "page") -> Page:
    return parse_page(f"---\ntitle: x\n---\n\n{READER}\n{text}\n", Path(f"{name}.qmd"))


def test_pages_are_executed_with_their_values_in_place(release: Release) -> None:
    """Cells get their outputs, inline expressions give way to their values, options stay."""
    shown = page('pin("tiny").name', prose='Pin `{python} pin("tiny").entry.rows` of `x`.')
    done = notebook(execute_pages([shown], release, ROOT)[0])
    assert [c.id for c in done.cells] == [f"cell-{n}" for n in range(len(done.cells))]
    assert done.cells[0].source == "---\ntitle: A page\n---"
    assert any(c.source == "\nProse.\n".replace("Prose.", "Pin 2 of `x`.") for c in done.cells)
    assert any(c.source.startswith("#| include: false\nfrom") for c in done.cells)
    assert done.cells[-1].outputs[0].data["text/plain"] == "'tiny'"
    assert done.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def test_results_keep_the_order_of_the_pages_and_are_reported(release: Release) -> None:
    """Executed at the same time, told as they finish, returned as they were given."""
    told: list[str] = []
    pages = [page("manifest().id", name=name) for name in ("c", "a", "b")]
    results = execute_pages(pages, release, ROOT, lambda name, seconds: told.append(name))
    assert [result.page.name for result in results] == ["c", "a", "b"]
    assert sorted(told) == ["a", "b", "c"]


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor executes one page at a time")
def test_pages_run_at_the_same_time(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second kernel is started while the first one lives, and never more than processors."""
    launched: list[int] = []
    living: list[int] = []

    class Watched(KernelServer):
        def ask(self, **command: Any) -> dict[str, Any]:
            answer = super().ask(**command)
            if command["do"] == "launch":
                launched.append(answer["pid"])
                alive = [super(Watched, self).ask(do="poll", pid=pid) for pid in launched]
                living.append(alive.count({"exit": None}))
            return answer

    monkeypatch.setattr(kernel, "KernelServer", Watched)
    execute(release, *(page("1", name=f"page{n}") for n in range(4)))
    assert 2 <= max(living) <= (os.cpu_count() or 1)


def test_nothing_leaks_from_page_to_page(release: Release) -> None:
    """Each page begins with a fresh kernel, also where one has changed a library."""
    change = 'setattr(__import__("pandas"), "leaked", 1)'
    pages = [page(change, name=f"change{n}") for n in range(3)]
    looks = [page('hasattr(__import__("pandas"), "leaked")', name=f"look{n}") for n in range(3)]
    for result in execute(release, *pages, *looks)[3:]:
        assert "False" in markdown(result)


def test_a_failing_page_stops_no_other(release: Release) -> None:
    """Each failure is one message; the pages around it are executed."""
    results = execute(release, page("1 / 0", name="bad"), page('pin("tiny").name', name="good"))
    assert isinstance(results[1], Executed)
    text = message(results[0])
    assert "Page bad.qmd, line 13: a cell failed" in text
    assert "1 / 0\n    ZeroDivisionError: division by zero" in text
    assert "next step: correct the cell, or the view it calls" in text
    assert "Traceback" not in text
    assert "\x1b" not in text


def test_the_line_of_a_failure_is_that_of_the_qmd(release: Release) -> None:
    """Below options, within a cell of imports, and in prose."""
    below = page("#| echo: false\n\nnowhere")
    imports = page("import sys\nimport nowhere")
    prose = inline("One\ntwo `{python} nowhere` three")
    lines = [message(result).split(":")[0] for result in execute(release, below, imports, prose)]
    assert lines == ["Page page.qmd, line 15", "Page page.qmd, line 14", "Page page.qmd, line 11"]


def test_an_unknown_pin_is_told_before_anything_is_executed(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No kernel is started for a page that cannot come out right."""
    monkeypatch.setattr(subprocess, "Popen", None)
    text = message(execute_pages([page('pin("tinny")')], release, ROOT)[0])
    assert "Page page.qmd, line 13: no pin 'tinny'" in text
    assert "a pin of release 20171121T000000Z-aaaaaaaa: one of tiny" in text


def test_a_page_that_breaks_the_rules_is_not_executed(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a page reaches for is read in its text first, and only then stopped by the seal."""
    monkeypatch.setattr(subprocess, "Popen", None)
    text = message(execute_pages([page("import socket")], release, ROOT)[0])
    assert "Page page.qmd does what a page may not do" in text
    assert "page.qmd:13: `import socket`" in text


def test_a_breach_of_the_seal_says_what_a_page_may_do(release: Release) -> None:
    """One message: page, line, what it tried, what it may do instead."""
    breaches = {
        '__import__("socket").create_connection(("127.0.0.1", 9))': "tried to reach the network",
        '__import__("duckdb").connect()': "tried to import duckdb",
        '__import__("os").system("true")': "tried to start or signal a process",
        'open("/etc/passwd").read()': "tried to read the file /etc/passwd",
        'open("new", "w")': "tried to write the file",
        f"__import__('pyarrow.csv').csv.read_csv({__file__!r})": "Failed to open local file",
    }
    results = execute(release, *(page(cell) for cell in breaches))
    for result, tried in zip(results, breaches.values(), strict=True):
        if isinstance(result, Executed) and "local" in tried and not LANDLOCK:
            continue
        text = message(result)
        assert "Page page.qmd, line 13: tried what a page may not do" in text
        assert tried in text
        assert 'A page may read pins with pin("name")' in text
        assert "next step: bring the data into a table" in text


def test_no_secret_of_the_environment_reaches_a_page(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel's environment is made anew, and what the parent had cannot be looked up."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    results = execute(
        release,
        page('dict(__import__("os").environ)', name="own"),
        page('open(f"/proc/{__import__(chr(111) + chr(115)).getppid()}/environ").read()'),
    )
    assert CANARY not in markdown(results[0])
    assert CANARY not in message(results[1])
    assert set(kernel_environment(Path("/b"), Path("/h"))) >= {"PATH", "HOME", "TZ", "LANG"}


def test_a_cell_that_hangs_and_a_kernel_that_dies_are_told(release: Release) -> None:
    """After its time a kernel is killed; a crash is one message; neither holds up another page."""
    hangs, dies = page('__import__("time").sleep(600)'), page('__import__("os")._exit(1)')
    results = execute(release, hangs, dies, page("1"), seconds=10)
    assert "Page page.qmd, line 13: a cell did not end" in message(results[0])
    assert "no result after 10 s" in message(results[0])
    assert "Page page.qmd, line 13: its kernel died" in message(results[1])
    assert isinstance(results[2], Executed)


def test_a_server_that_dies_fails_each_page_with_one_message(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the warm process goes, its kernels go too; every page says so, nothing hangs."""

    class Doomed(KernelServer):
        def ask(self, **command: Any) -> dict[str, Any]:
            answer = super().ask(**command)
            if command["do"] == "launch":
                os.kill(self.pid, signal.SIGKILL)
            return answer

    monkeypatch.setattr(kernel, "KernelServer", Doomed)
    for result in execute(release, page("1"), page("1", name="other"), page("1", name="third")):
        assert "process that starts page kernels" in message(result)


def test_a_board_that_moves_on_meanwhile_is_noticed(tmp_path: Path) -> None:
    """A page is never made from another release than the one the run began with."""
    release = tiny_release(tmp_path)
    later = tiny_manifest(tiny_pin(tmp_path), identity="20171122T000000Z-bbbbbbbb")
    (tmp_path / "releases" / "current.json").write_bytes(encode(later))
    text = message(execute(release, page("manifest().id"))[0])
    assert "20171122T000000Z-bbbbbbbb by now, not 20171121T000000Z-aaaaaaaa" in text


@pytest.mark.parametrize("text", ["<script>x()</script>", "{{< env HOME >}}", "`*a*` [b](c:d) $e$"])
def test_text_that_no_view_made_inert_is_made_so(tmp_path: Path, text: str) -> None:
    """Plain results, printed text and inline values show as themselves and do nothing."""
    import html

    hostile = tiny_release(tmp_path, tiny_pin(tmp_path, week=[1], name_of=[text]))
    value = 'pin("tiny").frame["name_of"][0]'
    shown = inline(f"A `{{python}} {value}`.\n\n```{{python}}\n{value}\n```\n")
    printed = page(f"print({value})", name="printed")
    for result in execute(hostile, shown, printed):
        found = markdown(result)
        assert "<script" not in found
        assert "{{<" not in found
        assert "[b]" not in found
        assert html.unescape(found).count(text) == (2 if result.page is shown else 1)


def test_a_shortcode_in_a_views_output_fails_the_page(release: Release) -> None:
    """Markdown is a view's own business, save for what would publish a variable."""
    cell = '__import__("IPython.display").display.Markdown("a {" + "{< env HOME >}" + "}")'
    text = message(execute(release, page(cell))[0])
    assert "Page page.qmd, line 13: a view let a shortcode through" in text


def test_neither_html_nor_warnings_are_left(release: Release) -> None:
    """`text/html` makes Quarto add scripts from other hosts; warnings name paths, and are told."""
    result = execute(release, page('pin("tiny").frame', '__import__("warnings").warn("slow")'))[0]
    done = notebook(result)
    assert set(done.cells[-2].outputs[0].data) == {"text/markdown", "text/plain"}
    assert isinstance(result, Executed)
    assert "UserWarning: slow" in result.warnings[0]
    assert b"UserWarning" not in result.notebook


def test_equal_input_gives_equal_bytes(release: Release, tmp_path: Path) -> None:
    """Whatever the time zone, the locale, the hash seed, the folder and the day's other pages."""
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from processing.board.reader import open_release\n"
        "from processing.site.execution.execute import execute_pages\n"
        "from tests.site.pages import page\n"
        "import tests.site.test_execute as t\n"
        "odd = '`{python} object()`'\n"
        "cells = ['{*\"abcdef\"}', 'object()', '__import__(\"datetime\").datetime(2017, 1, 1)"
        ".astimezone()', 'pin(\"tiny\").frame', '__import__(\"locale\").getlocale()']\n"
        "done = t.execute(open_release(Path(sys.argv[1])), page(*cells, prose=odd))\n"
        "sys.stdout.buffer.write(done[0].notebook)\n"
    )
    outputs = []
    for zone, locale, seed in (("UTC", "C", "0"), ("Asia/Tokyo", "de_DE.UTF-8", "7")):
        environment = dict(os.environ, TZ=zone, LC_ALL=locale, LANG=locale, PYTHONHASHSEED=seed)
        environment["PYTHONPATH"] = str(ROOT)
        outputs.append(
            subprocess.run(
                [sys.executable, "-c", program, str(release.board)],
                env=environment,
                cwd=tmp_path,
                capture_output=True,
                check=True,
            ).stdout
        )
    assert outputs[0] == outputs[1]
    assert b"object at 0x0" in outputs[0]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere kernels poll for their parent")
def test_no_process_is_left_when_the_parent_is_killed(release: Release, tmp_path: Path) -> None:
    """Killed without a chance to clean up, the run leaves no server, kernels or files."""
    mark = tmp_path / "mark"
    program = (
        "import sys\nfrom pathlib import Path\nimport processing.site.execution.kernel as k\n"
        "import processing.site.execution.provisioner as p\nimport time\n"
        "from processing.board.reader import open_release\n"
        "release = open_release(Path(sys.argv[1]))\n"
        "server = k.KernelServer(release.board, release.manifest.id, [])\n"
        "pids = [server.ask(do='launch', ip=server.address(), key='k')['pid'] for _ in 'ab']\n"
        f"mark = Path({str(mark)!r})\n"
        "mark.with_suffix('.new').write_text(' '.join(map(str, [server.run, server.pid, *pids])))\n"
        "mark.with_suffix('.new').rename(mark)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(release.board)]) as parent:
        for _ in range(6000):
            if mark.exists():
                break
            time.sleep(0.05)
        folder, *words = mark.read_text().split()
        pids = [int(pid) for pid in words]
        parent.kill()
    deadline = time.monotonic() + 120
    while any(map(_lives, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in pids if _lives(pid)] == []
    assert not Path(folder).exists()


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_run_leaves_no_file_and_no_process(release: Release, tmp_path: Path) -> None:
    """Sockets, logs and profiles lie in one temporary folder that goes with the run."""
    with KernelServer(release.board, release.manifest.id, []) as server:
        pid = server.ask(do="launch", ip=server.address(), key="k")["pid"]
        assert server.ask(do="poll", pid=pid) == {"exit": None}
        folder = server.run
        assert folder.exists()
    assert not folder.exists()
    assert not server.alive
    assert not _lives(pid)
    with pytest.raises(PageError, match="has ended"):
        server.ask(do="poll", pid=pid)
