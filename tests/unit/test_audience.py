"""Who may know what: parts of pages, manifests without what is internal, and what a reader gets."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from processing.board import reader
from processing.board.audience import public
from processing.board.changes import PinChange, ReleaseChange
from processing.board.excerpt import lay_out
from processing.board.manifest import Manifest, PinEntry, encode
from processing.board.reader import Release, Withheld, for_audience, open_release, reading_audience
from processing.build.graph import build_graph
from processing.config import load_config
from processing.contracts.contract import Audience, CheckResult, Contract
from processing.errors import BoardError, ConfigError, PageError, SiteError
from processing.site.check.canaries import canaries
from processing.site.finishing.publish import swap
from processing.site.pages.audience import is_internal, left_out_of_public, parts_for
from processing.tables.registry import Table
from processing.views.audience import internal
from processing.views.html import Fragment
from tests.site.pages import tiny_manifest, tiny_pin, tiny_release

PAGE = Path("reports/page.qmd")
OPEN = '::: {.content-visible when-profile="internal"}'


@pytest.mark.parametrize(
    ("opening", "audience", "stays"),
    [
        (OPEN, "public", False),
        (OPEN, "internal", True),
        ("::: {.content-visible unless-profile='internal'}", "public", True),
        ("::: {.content-visible unless-profile='internal'}", "internal", False),
        (":::: {.content-hidden when-profile=public} ::::", "public", False),
        (":::: {.content-hidden when-profile=public} ::::", "internal", True),
    ],
)
def test_a_part_is_for_its_audience(opening: str, audience: Audience, stays: bool) -> None:
    """Its fences never stay, and every other line keeps its number."""
    text = f"one\n{opening}\ntwo\n\n::: {{.callout-note}}\nthree\n:::\n:::\nfour\n"
    lines = parts_for(text, audience, PAGE).split("\n")
    assert len(lines) == text.count("\n") + 1
    assert [line for line in lines if line] == (
        ["one", "two", "::: {.callout-note}", "three", ":::", "four"] if stays else ["one", "four"]
    )


def test_a_cell_of_a_part_goes_with_it() -> None:
    """Also where its code holds what looks like the end of the part."""
    text = f"{OPEN}\n```{{python}}\n:::\nsecret(1)\n```\n:::\nopen\n"
    assert parts_for(text, "public", PAGE).split() == ["open"]


def test_a_div_that_is_no_part_stays_as_it_is() -> None:
    text = "::: {.callout-note}\n```\n:::\n```\n:::\n"
    assert parts_for(text, "public", PAGE) == text


@pytest.mark.parametrize(
    "text",
    [
        f"{OPEN}\nnever closed",
        '[inline]{.content-visible when-profile="internal"}',
        f"    {OPEN}\n\n    indented\n\n    :::",
        f"- {OPEN}\n  in a list\n  :::",
        f"```\n{OPEN}\n:::\n```",
        '## Heading {.content-visible when-profile="internal"}',
        '::: {.content-hidden when-profile="pubilc"}\nmisspelt\n:::',
        "::: {.content-visible unless-profile=internl}\nmisspelt\n:::",
    ],
)
def test_what_might_slip_through_is_refused(text: str) -> None:
    """A condition that would not be followed must not publish what it was to hide."""
    with pytest.raises(PageError, match=r"page\.qmd, line [12]: a part for an audience"):
        parts_for(text, "public", PAGE)


def internal_page(folder: Path, front: str, profile: str) -> bool:
    path = folder / "page.qmd"
    path.write_text(f"---\ntitle: T\n{front}---\n", encoding="utf-8")
    (folder / "_quarto-public.yml").write_text(profile, encoding="utf-8")
    return is_internal(path, left_out_of_public(folder, "reports"))


LEFT_OUT = 'project: {render: ["!reports/page.qmd"]}'


def test_a_page_is_internal_where_both_say_so(tmp_path: Path) -> None:
    assert internal_page(tmp_path, "audience: internal\n", LEFT_OUT)
    assert not internal_page(tmp_path, "", "project: {render: []}")
    assert not internal_page(tmp_path, 'audience: "public"\n', "")


@pytest.mark.parametrize(
    ("front", "profile", "says"),
    [
        ("audience: internal\n", "", "do not say the same"),
        ("", LEFT_OUT, "do not say the same"),
        ("audience: secret\n", "", "an audience that there is not"),
        ("", "project: [", "cannot be read"),
    ],
)
def test_pages_and_profile_that_disagree(
    tmp_path: Path, front: str, profile: str, says: str
) -> None:
    with pytest.raises(PageError, match=says):
        internal_page(tmp_path, front, profile)


def board(folder: Path) -> Release:
    """`vault` is internal and read from `till`; the public `sums` discloses it; `tiny` is apart."""
    entries = {name: tiny_pin(folder, name) for name in ("sums", "tiny", "vault")}
    inputs = {"sums": ("vault", "tiny"), "tiny": ("transactions",), "vault": ("till",)}
    hidden = msgspec.structs.replace(entries["vault"].contract, audience="internal")
    told = msgspec.structs.replace(entries["sums"].contract, discloses=("vault",))
    contracts = {"vault": hidden, "sums": told}
    manifest = tiny_manifest(*(_entry(one, inputs, contracts) for one in entries.values()))
    (source,) = manifest.sources
    till = msgspec.structs.replace(source, name="till")
    drawer = msgspec.structs.replace(source, name="drawer")
    rows = (CheckResult(rule="each till_id is one of drawer", rows=1, failed=0),)
    changes = (
        PinChange(name="vault", title="V", version="1", rows=1, bytes=1, revised=3),
        PinChange(name="old", title="O", version="1", rows=1, bytes=1, audience="internal"),
        PinChange(name="tiny", title="T", version="1", rows=1, bytes=1, revised=2),
    )
    change = ReleaseChange(
        release=manifest.id, created_at=manifest.created_at, as_of=manifest.as_of, previous=None,
        revised=5, pins=changes, gone=("old", "shown"), gone_internal=("old",),
    )  # fmt: skip
    manifest = msgspec.structs.replace(
        manifest,
        sources=(source, msgspec.structs.replace(till, results=rows), drawer),
        agreements=(
            CheckResult(rule="sums: tiny = vault", rows=1, failed=0),
            CheckResult(rule="sums: tiny = sums", rows=1, failed=0),
        ),
        history=(change,),
    )
    tiny_release(folder)
    (folder / "releases" / "current.json").write_bytes(encode(manifest))
    return open_release(folder)


def _entry(
    entry: PinEntry, inputs: dict[str, tuple[str, ...]], contracts: dict[str, Contract]
) -> PinEntry:
    contract = contracts.get(entry.name, entry.contract)
    return msgspec.structs.replace(entry, inputs=inputs[entry.name], contract=contract)


def test_a_public_manifest_names_nothing_internal(tmp_path: Path) -> None:
    """Its lineage leads past an internal pin to what that one was made from."""
    seen: Manifest = public(board(tmp_path).manifest)
    assert [entry.name for entry in seen.pins] == ["sums", "tiny"]
    assert seen.pin("sums").inputs == ("till", "tiny")
    assert seen.pin("sums").contract.discloses == ()
    assert [source.name for source in seen.sources] == ["transactions", "till"]
    assert seen.sources[1].results == ()  # it names the source that only nobody public reads
    assert [one.rule for one in seen.agreements] == ["sums: tiny = sums"]
    (change,) = seen.history
    assert ([pin.name for pin in change.pins], change.revised) == (["tiny"], 2)
    assert (change.gone, change.gone_internal) == (("shown",), ())
    assert b"vault" not in encode(seen)


def test_the_internal_audience_sees_all(tmp_path: Path) -> None:
    release = board(tmp_path)
    assert for_audience(release, "internal") is release


def test_a_board_of_its_own_has_no_other_pin(tmp_path: Path) -> None:
    release = for_audience(board(tmp_path / "board"), "public")
    laid = lay_out(release, tmp_path / "alone")
    assert sorted(path.name for path in (tmp_path / "alone" / "pins").iterdir()) == ["sums", "tiny"]
    assert open_release(tmp_path / "alone").manifest == laid.manifest == release.manifest
    assert not [p for p in (tmp_path / "alone").rglob("*") if "vault" in p.name]
    stray = tmp_path / "alone" / "pins" / "vault"
    stray.mkdir()
    lay_out(release, tmp_path / "alone")
    assert not stray.exists()


@pytest.mark.parametrize(
    ("ours", "quarto", "audience"),
    [
        ("", "", "public"),
        ("", "internal", "internal"),
        ("", "public,internal", "public"),
        ("", "internal,dev", "internal"),
        ("", "internals", "public"),
        ("public", "internal", "public"),
        ("internal", "", "internal"),
    ],
)
def test_internal_only_where_that_is_said(
    monkeypatch: pytest.MonkeyPatch, ours: str, quarto: str, audience: str
) -> None:
    monkeypatch.setenv(reader.AUDIENCE_VARIABLE, ours)
    monkeypatch.setenv(reader.PROFILE_VARIABLE, quarto)
    assert reading_audience() == audience


@internal
def secret(pin: reader.Pin, note: str = "") -> Fragment:
    return Fragment(f"{pin.name}{note}")


def test_a_withheld_pin_gives_nothing_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An internal view shows nothing for it, any other view stops with what to do."""
    release = for_audience(board(tmp_path), "public")
    monkeypatch.setattr(reader, "current", lambda: release)
    withheld = reader.pin("vault")
    assert isinstance(withheld, Withheld)
    assert secret(withheld).html == ""
    with pytest.raises(BoardError, match="Pin vault is internal, and this site is public"):
        _ = withheld.frame
    assert secret(release.read("tiny"), note="!").html == "tiny!"


def tables(audience: Audience, discloses: tuple[str, ...] = ()) -> dict[str, Table]:
    hidden = Contract(title="V", grain="g", key=(), columns=(), audience="internal")
    contract = Contract(
        title="S", grain="g", key=(), columns=(), audience=audience, discloses=discloses
    )
    return {
        "vault": Table("vault", lambda: None, hidden, ()),  # type: ignore[arg-type,return-value]
        "sums": Table("sums", lambda vault: vault, contract, ("vault",)),
    }


def test_a_public_table_made_from_an_internal_one_must_say_so() -> None:
    with pytest.raises(ConfigError, match="Table sums is public but made from what is internal"):
        build_graph(tables("public"), frozenset())
    build_graph(tables("internal"), frozenset())
    build_graph(tables("public", ("vault",)), frozenset())


@pytest.mark.parametrize(
    ("audience", "named"), [("public", ("vault", "weeks")), ("internal", ("vault",))]
)
def test_a_table_discloses_what_it_reads_and_nothing_else(
    audience: Audience, named: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError, match="discloses what it does not read"):
        build_graph(tables(audience, named), frozenset())


def site(folder: Path, audience: str) -> Path:
    folder.mkdir()
    told = f'{{"generator": "millpond", "audience": "{audience}"}}'
    (folder / "catalog.json").write_text(told, encoding="utf-8")
    return folder


def test_no_site_takes_the_place_of_another_audience(tmp_path: Path) -> None:
    live = site(tmp_path / "live", "public")
    with pytest.raises(SiteError, match="it is the public site, and this is the internal one"):
        swap(site(tmp_path / "new", "internal"), live)
    assert "public" in (live / "catalog.json").read_text()
    swap(site(tmp_path / "other", "public"), live)


def test_each_audience_has_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "millpond.toml").write_text('[site.audiences.internal]\nout = "inside"\n')
    config = load_config(tmp_path)
    assert [config.for_audience(one).site.out for one in (None, "public", "internal")] == [
        "_site",
        "_site",
        "inside",
    ]
    (tmp_path / "millpond.toml").write_text('[site.audiences.internal]\nout = "_site/inside"\n')
    with pytest.raises(ConfigError, match=r"site\.(audiences\.internal\.)?out cannot be used"):
        load_config(tmp_path)


def test_an_internal_number_is_looked_for_as_views_may_round_it(tmp_path: Path) -> None:
    """Not where a public pin holds it too, and not when it has too few digits to be distinctive."""
    paid: list[object] = [Decimal("7654321.934"), Decimal("1234567.500"), Decimal("12.345")]
    vault = tiny_pin(tmp_path, "vault", week=[1, 2, 3], paid=paid)
    contract = msgspec.structs.replace(vault.contract, audience="internal")
    told = tiny_pin(tmp_path, "told", week=[1], sold=[Decimal("1234567.5")])
    release = tiny_release(tmp_path, msgspec.structs.replace(vault, contract=contract), told)
    assert set(canaries(release, {}).numbers) == {
        "7654321.934", "7654321.93", "7654321.9", "7654322",
    }  # fmt: skip
