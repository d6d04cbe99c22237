"""Rewrite `_quarto.yml` for the stage: the same project, flat, over executed notebooks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from processing.contracts.contract import Audience
from processing.errors import PageError

OUTPUT = "_site"


def staged_config(path: Path, folder: str, audience: Audience = "public") -> str:
    """The text of the staged `_quarto.yml`; `folder` is where the pages lie (`reports`).

    The profile of the audience, `_quarto-public.yml` or `_quarto-internal.yml` beside it, is laid
    over it as Quarto does: mapping by mapping, lists one after the other.

    Every address below `folder` loses it and `.qmd` becomes `.ipynb`, wherever in the file it
    stands. Nothing is executed and no script of the project runs. PageError for torn YAML.
    """
    config = _read(path)
    profile = path.with_name(f"{path.stem}-{audience}{path.suffix}")
    if profile.is_file():
        config = _merged(config, _read(profile))
    config.pop("profile", None)
    config = _flat(config, re.compile(rf"(?<![\w./-])(?:\./|/)?{re.escape(folder)}/"))
    project = config.setdefault("project", {})
    project["output-dir"] = OUTPUT
    for step in ("pre-render", "post-render"):
        project.pop(step, None)
    execute = config.setdefault("execute", {})
    execute["enabled"] = False
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=1000)


def _merged(base: Any, over: Any) -> Any:
    """`over` laid on `base`: lists are joined, each entry once; anything else is replaced."""
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {key: _merged(base.get(key), value) for key, value in over.items()}
    if isinstance(base, list) and isinstance(over, list):
        return base + [entry for entry in over if entry not in base]
    return over


def _read(path: Path) -> dict[str, Any]:
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise PageError(f"{path} cannot be read", found=str(error), expected="YAML") from error
    if not isinstance(config, dict):
        raise PageError(
            f"{path} is not a project", expected="a mapping with `project: type: website`"
        )
    return config


def _flat(value: Any, prefix: re.Pattern[str]) -> Any:
    if isinstance(value, dict):
        return {key: _flat(item, prefix) for key, item in value.items()}
    if isinstance(value, list):
        return [_flat(item, prefix) for item in value]
    if isinstance(value, str):
        return re.sub(r"\.qmd\b", ".ipynb", prefix.sub("", value))
    return value
