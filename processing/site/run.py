"""Release to site: decide which pages to execute, render what changed, publish it, check it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from processing.board.changes import with_taken_back
from processing.board.files import write_atomically
from processing.board.lock import StoodDown
from processing.board.publish import current_release, find_release, named, releases
from processing.board.reader import Release, for_audience, open_release
from processing.board.withdrawn import taken_back, withdrawn
from processing.build.decision import Decision
from processing.config import Config
from processing.errors import PageError, SiteError
from processing.faults import reach
from processing.site.failing import Failing, published_with
from processing.site.finishing.publish import release_shown
from processing.site.lock import site_lock
from processing.site.making import Made, decide, make_pages
from processing.site.pages import cache as pagecache
from processing.site.pages.load import Unread, load_pages, read_pages
from processing.site.pages.qmd import Page

if TYPE_CHECKING:
    from processing.site.check.base import Finding

Tell = Callable[[str], None]
PACKAGE = Path(__file__).parent.parent
TRIES = 3  # how often a render may meet a new release before that is an error


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished render left behind: enough to see that nothing has to be done."""

    fingerprint: str
    files: str
    checked: bool


@dataclass
class Rendering:
    """What a render did, and where the site is."""

    out: Path
    renderer: str
    is_new: bool
    was_checked: bool = False
    executed: list[str] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    failing: list[Failing] = field(default_factory=list)

    @property
    def error(self) -> PageError | None:
        """Why the run fails although it published; None when every page came through."""
        return published_with(self.failing) if self.failing else None

    def __str__(self) -> str:
        if not self.is_new:
            return f"nothing to do, the site in {self.out} is up to date"
        done = ", ".join(self.executed) or "none"
        return (
            f"{len(self.executed)} pages executed ({done}), {len(self.cached)} from the cache, "
            f"{f'{len(self.failing)} failing, ' if self.failing else ''}"
            f"rendered with {self.renderer} into {self.out}"
        )


class Renderer(Protocol):
    """Turns a staged project into HTML files in a folder."""

    def __call__(self, stage: Path, out: Path) -> None:
        """Render `stage` into the new folder `out`; PageError when that fails."""
        ...


def _open(config: Config) -> Release:
    """The served release, as the audience of the site may see it."""
    return for_audience(open_release(config.board_path), config.site.audience)


def page_decisions(config: Config) -> list[Decision]:
    """Which pages would be executed and which come from the cache, and why.

    They wait while the board has no release.
    """
    pages = read_pages(config)
    if current_release(config.board_path) is None:
        return [Decision(page.name, "wait", "the board has no release") for page in pages]
    release = _open(config)
    return [decide(config, page, release)[0] for page in pages]


def render_site(
    config: Config, renderer: str | None, out: Path, tell: Tell, *, gate: bool = False
) -> Rendering | StoodDown:
    """Execute, render, finish and publish, or do nothing when the site is up to date.

    With `gate`, a site that fails its check is not published. Raises PageError, SiteError or
    BoardError; the published folder then stays as it was. While another run renders this project,
    this one waits, and then leaves the work to it. When a build puts a new release in place
    meanwhile, the pages are executed on that one.
    """
    with site_lock(config, tell) as stood_down:
        if stood_down:
            return stood_down
        for _ in range(TRIES - 1):
            release = _open(config)
            try:
                return _render_release(config, release, renderer, out, tell, gate)
            except PageError:
                if _open(config).manifest.id == release.manifest.id:
                    raise
                tell("the board serves another release by now; starting over with that one")
        return _render_release(config, _open(config), renderer, out, tell, gate)


def _render_release(
    config: Config, release: Release, renderer: str | None, out: Path, tell: Tell, gate: bool
) -> Rendering:
    pages = load_pages(config)
    name, program = choose_renderer(renderer)
    fingerprint = _site_fingerprint(config, pages, release, name)
    fingerprint += _program_fingerprint(name, config.root)
    noted = _load_note(config, out)
    if noted and noted.fingerprint == fingerprint and noted.files == _files_hash(out):
        return Rendering(out, name, is_new=False, was_checked=noted.checked)
    made = make_pages(config, pages, release, tell)
    tell(f"rendering {len(made.pages)} pages")
    fresh, is_whole = _render(config, made, program, tell)
    _add_releases(config, fresh, out, release)
    reach("releases added")
    if gate:
        _pass_gate(config, release, fresh)
    publish(fresh, out)
    made.keep()
    noted_as = fingerprint if is_whole and not made.failing else "to be done again"
    _save_note(config, out, Noted(fingerprint=noted_as, files=_files_hash(out), checked=gate))
    reach("site noted")
    failing = [made.failing[one] for one in sorted(made.failing)]
    return Rendering(out, name, True, gate, made.executed, made.cached, made.decisions, failing)


def render_past(
    config: Config, identity: str, renderer: str | None, out: Path, tell: Tell
) -> Rendering | StoodDown:
    """The site as of a kept release, as it stands at its permanent address, once it is checked.

    Byte for byte what this code published of that release. PageError when any page fails.
    """
    from processing.site.finishing.finish import feed
    from processing.site.finishing.permanent import FOLDER, archive

    with site_lock(config, tell) as stood_down:
        if stood_down:
            return stood_down
        found = find_release(config.board_path, named(config.board_path, identity))
        release = for_audience(found, config.site.audience)
        name, program = choose_renderer(renderer)
        made = make_pages(config, load_pages(config), release, tell, strict=True)
        fresh, _ = _render(config, made, program, tell)
        manifest = release.manifest
        at = f"{FOLDER}/{manifest.id}/"
        archive(fresh, manifest, feed(fresh, config.root, manifest, at=at))
        _pass_gate(config, release, fresh)
        publish(fresh, out)
    return Rendering(out, name, True, True, made.executed, made.cached, made.decisions)


def _add_releases(config: Config, fresh: Path, live: Path, release: Release) -> None:
    """Give the new site the permanent addresses of its own release and of those before."""
    from processing.site.finishing.finish import feed, website, write_changes
    from processing.site.finishing.not_found import lay_not_found
    from processing.site.finishing.permanent import FOLDER, add_releases, kept_releases
    from processing.site.finishing.taken_back import lay

    manifest, taken = release.manifest, taken_back(config.board_path)
    before = tuple(one for one in manifest.history if one.taken_back_at)
    gone = {one.release for one in before} | withdrawn(config.board_path)
    kept = kept_releases(live, release, config.keep.releases, gone)
    told = msgspec.structs.replace(manifest, history=(*taken, *manifest.history))
    feeds = (
        feed(fresh, config.root, told, kept),
        feed(fresh, config.root, manifest, at=f"{FOLDER}/{manifest.id}/"),
    )
    add_releases(fresh, live, kept, manifest, feeds, taken)
    write_changes(fresh, config.root, told)
    for change in with_taken_back(before, taken):
        lay(fresh, change)
    lay_not_found(fresh, website(config.root))


def choose_renderer(asked: str | None) -> tuple[str, Renderer]:
    """Quarto where it is installed, else the embedded renderer; PageError when asked in vain."""
    from processing.site.rendering import pandoc as render_pandoc
    from processing.site.rendering import quarto as render_quarto

    if asked == "pandoc" or (asked is None and render_quarto.find_quarto() is None):
        return "pandoc", render_pandoc.render
    if render_quarto.find_quarto() is None:
        raise PageError(
            "Quarto is not installed",
            found="no `quarto` by QUARTO_PATH or on PATH",
            expected="Quarto 1.4 or newer",
            next_step="install Quarto, or use --renderer pandoc",
        )
    return "quarto", render_quarto.render


def check_and_note(config: Config, folder: Path, tell: Tell) -> list[Finding] | StoodDown:
    """Every finding of the quality gate; remembers when there was none.

    The site is held against the release it was made from, where that is kept.
    """
    from processing.site.check.gate import gate

    if not folder.is_dir():
        raise SiteError(
            f"There is no site at {folder}", next_step="run `millpond site`, or name the folder"
        )
    with site_lock(config, tell) as stood_down:
        if stood_down:
            return stood_down
        findings = gate(config, folder, _shown(config, folder))
        noted = _load_note(config, folder)
        if noted and noted.files == _files_hash(folder):
            _save_note(config, folder, msgspec.structs.replace(noted, checked=not findings))
        return findings


def _shown(config: Config, folder: Path) -> Release:
    """The release a site says it was made from; the served one where that is not kept."""
    identity = release_shown(folder)
    kept = identity in releases(config.board_path)
    return find_release(config.board_path, identity if kept else None)


def _render(config: Config, made: Made, program: Renderer, tell: Tell) -> tuple[Path, bool]:
    """Stage, render and finish away from the published folder.

    Where the new site then lies, and whether every chart has the picture this machine can draw.
    """
    from processing.site.finishing.finish import finish
    from processing.site.pictures.run import add_pictures, can_draw

    fresh = config.cache_path / "rendered"
    while True:
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            program(_staged(config, made), fresh)
        except PageError as error:
            if error.page not in made.good:
                raise
            tell(f"{error.page} cannot be rendered; rendering again without it")
            made.fail({error.page: error})
        else:
            break
    reach("site rendered")
    is_whole = add_pictures(fresh, config.cache_path / "pictures", tell) or not can_draw()
    finish(fresh, made.release, config.root, config.site.audience)
    reach("site finished")
    return fresh, is_whole


def _staged(config: Config, made: Made) -> Path:
    """The staged project of what is shown of every page."""
    from processing.site.rendering.stage import stage

    folder, manifest = config.cache_path / "stage", made.release.manifest
    shutil.rmtree(folder, ignore_errors=True)
    standing = {name: one.standing(manifest) for name, one in made.failing.items()}
    pages, audience = config.site.pages, config.site.audience
    stage(config.root, made.notebooks, manifest, folder, pages, standing, audience)
    reach("pages staged")
    return folder


def _pass_gate(config: Config, release: Release, fresh: Path) -> None:
    """SiteError when the new site fails its check; the published one then stays."""
    from processing.site.check.gate import gate

    whole = find_release(config.board_path, release.manifest.id)
    if findings := gate(config, fresh, whole):
        raise failed_check(fresh, findings)


def failed_check(folder: Path, findings: list[Finding]) -> SiteError:
    """One error for everything that the quality gate found in a folder."""
    return SiteError(
        f"The site fails its check: {folder}",
        found="\n" + "\n".join(f"  {finding}" for finding in findings),
        expected="no finding",
        next_step="mend the pages or views named above, then run `millpond site`",
    )


def publish(fresh: Path, out: Path) -> None:
    """Put the new site in the place of the published one."""
    from processing.site.finishing.publish import swap

    swap(fresh, out)


def site_fingerprint(config: Config, renderer: str) -> str:
    """What stands for all that the site of the served release is made from, by that renderer."""
    return _site_fingerprint(config, load_pages(config), _open(config), renderer)


def _site_fingerprint(
    config: Config, pages: list[Page | Unread], release: Release, renderer: str
) -> str:
    """A hash of all that the rendered files depend on, page fingerprints included."""
    from processing.site.pictures.run import can_draw, makers

    digest = hashlib.sha256(f"{renderer}\x1f{release.manifest.id}\x1f{config.title}".encode())
    digest.update(repr(taken_back(config.board_path)).encode())
    digest.update(msgspec.json.encode((config.site, config.keep.releases), order="sorted"))
    digest.update(repr(makers() if can_draw() else "no pictures").encode())
    for page in pages:
        if isinstance(page, Unread):
            prints = {"unread": page.sha256}
        else:
            prints = pagecache.page_fingerprints(page, release.manifest, config.root)
        digest.update(msgspec.json.encode({page.name: prints}, order="sorted"))
    for path in _style_files(config):
        digest.update(str(path.name).encode() + path.read_bytes())
    return digest.hexdigest()


def _program_fingerprint(renderer: str, root: Path) -> str:
    """What stands for the very Quarto on this machine, and for what makes its pages lighter.

    Asking a program for its version takes a second.
    """
    from processing.site.finishing.lighten import BUNDLE, PURGE
    from processing.site.rendering.quarto import find_quarto

    found = find_quarto() if renderer == "quarto" else None
    if found is None:
        return ""
    programs = [found, *(root / name for name in (BUNDLE, PURGE) if (root / name).is_file())]
    known = [(path.resolve(), path.stat()) for path in programs]
    return "".join(f" {path} {info.st_size} {info.st_mtime_ns}" for path, info in known)


def _style_files(config: Config) -> list[Path]:
    """The files besides pages and pins that decide what the site looks like."""
    profile = f"_quarto-{config.site.audience}.yml"
    found = [config.root / name for name in ("_quarto.yml", profile, "_brand.yml")]
    found.append(PACKAGE / "board" / "freshness.py")
    found += sorted((config.root / config.site.pages).glob("[!_.]*/**/*"))
    found += sorted(path for path in (PACKAGE / "site").glob("**/*") if path.suffix != ".pyc")
    return [path for path in found if path.is_file()]


def _files_hash(folder: Path) -> str:
    """A hash of names, sizes and times: cheap, and enough to see that somebody touched a file."""
    lines = []
    for path in sorted(folder.glob("**/*")):
        status = path.stat()
        lines.append(f"{path.relative_to(folder)} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _note_path(config: Config, out: Path) -> Path:
    short = hashlib.sha256(str(out.absolute()).encode()).hexdigest()[:12]
    return config.cache_path / f"site-{short}.json"


def _load_note(config: Config, out: Path) -> Noted | None:
    try:
        return msgspec.json.decode(_note_path(config, out).read_bytes(), type=Noted)
    except (OSError, msgspec.MsgspecError):
        return None


def _save_note(config: Config, out: Path, noted: Noted) -> None:
    write_atomically(_note_path(config, out), msgspec.json.encode(noted))
