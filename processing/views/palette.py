"""The colours of pictures, role by role."""

# Written from _brand.yml by scripts/brand.py; `make fix` writes it anew.
from __future__ import annotations

# Role -> (by day, by night).
PALETTE: dict[str, tuple[str, str]] = {
    "ground": ("#ffffff", "#10181b"),
    "ink": ("#1b2327", "#e3eaec"),
    "muted": ("#536168", "#a3b3ba"),
    "grid": ("#d5dde0", "#2f3d43"),
    "teal": ("#004b50", "#5ac2d8"),
    "rust": ("#993e21", "#c06b36"),
    "green": ("#3e7350", "#7aad82"),
    "violet": ("#4d007d", "#aa7ae4"),
    "ochre": ("#a06a00", "#ffeead"),
    "slate": ("#172135", "#cdd7de"),
    "middle": ("#eef2f3", "#1c272c"),
}
SERIES = ("teal", "rust", "green", "violet", "ochre", "slate")
