"""The bundles that npm fetched, copied to where the pages' scripts look for them."""

from __future__ import annotations

import shutil
from pathlib import Path

BUNDLES = Path("node_modules/millpond")  # where `npm run bundle` leaves them
VENDOR = Path("assets/vendor")
READER = "hyparquet.js"
# The explorer's script asks for this file by name: an empty module says that npm was not at hand.
NO_READER = "// hyparquet was not fetched: there was no npm when this site was made.\nexport {};\n"


def copy_reader(root: Path, out: Path) -> None:
    """Copy the Parquet reader into a site that has the explorer; an empty module without npm."""
    if not (out / "assets/explorer.js").is_file():
        return
    target = out / VENDOR / READER
    target.parent.mkdir(parents=True, exist_ok=True)
    if (bundle := root / BUNDLES / READER).is_file():
        shutil.copyfile(bundle, target)
    else:
        target.write_text(NO_READER, encoding="utf-8")
