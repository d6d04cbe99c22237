"""A secret in a file under version control is found before it is pushed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from scripts.check_secrets import findings

# Put together here, so that this file holds none.
KEY = "AKIA" + "IOSFODNN7EXAMPLQ"
SECRET = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYzzzzzzzKEY"
URL = "postgresql://reader:" + "s3cretPassw0rd@db.shop.internal/shop"


def test_secrets_are_found_by_file_and_line_and_not_repeated(tmp_path: Path) -> None:
    """In what git knows or would add; a file that it ignores may hold them."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text(".env\n")
    (tmp_path / ".env").write_text(f"SHOP_URL={URL}\n")
    (tmp_path / "notes.md").write_text("nothing here\n")
    (tmp_path / "page.qmd").write_text(f"prose\n\n    url = '{URL}'\n")
    (tmp_path / "job.py").write_text(f'key = "{KEY}"\naws_secret_access_key = "{SECRET}"\n')
    found = findings(tmp_path)
    assert [line.rpartition(":")[0] for line in found] == ["job.py:1", "page.qmd:3"]
    assert not any(part in line for line in found for part in (KEY, SECRET, "s3cret"))
