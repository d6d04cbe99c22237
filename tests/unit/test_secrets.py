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


def test_passwords_that_people_choose_are_found_too(tmp_path: Path) -> None:
    """In whatever form a source or an engine takes them; the name of a credential is none."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    chosen = "Tr0ub4" + "dor-9x"
    for name, text in {
        ".env": "",
        "shop.toml": f'address = "odbc:DRIVER=x;UID=shop;PWD={chosen}"\n',
        "spark.toml": f'remote = "sc://h:15002/;token={chosen}"\n',
        "run.sh": f"#!/bin/sh\nexport SHOP_PASSWORD={chosen}\n",
        "id_ed25519": "-----BEGIN OPENSSH PRIVATE " + "KEY-----\n" + f"{'b3BlbnNzaC1rZXk' * 9}\n"
        "-----END OPENSSH PRIVATE " + "KEY-----\n",
        "named.toml": 'credentials.password = "SHOP_PASSWORD"\naddress = "odbc:DSN=shop"\n',
        "named.sh": "export SHOP_PASSWORD=$(cat /run/secret)\n",
    }.items():
        (tmp_path / name).write_text(text)
    found = [line.rpartition(":")[0] for line in findings(tmp_path)]
    assert found == [".env:1", "id_ed25519:1", "run.sh:2", "shop.toml:1", "spark.toml:1"]
