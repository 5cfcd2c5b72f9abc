"""Static files as in real use: hashed names that browsers keep, compressed, and none missing."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings
from whitenoise.storage import MissingFileError

NAMED = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def test_a_page_names_files_that_browsers_keep(collected: Path, db: None, client: Client) -> None:
    named = NAMED.findall(client.get("/accounts/login/").content.decode())
    assert {Path(name).suffix for name in named} >= {".css", ".js", ".svg"}
    for name in named:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", name), name
        answer = client.get(name, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert "immutable" in answer["Cache-Control"]
        assert int(re.findall(r"max-age=(\d+)", answer["Cache-Control"])[0]) >= 31_536_000
        if name.endswith((".css", ".js")):
            assert answer["Content-Encoding"] == "gzip"


def test_what_the_style_sheets_refer_to_is_there(collected: Path) -> None:
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    sheet = collected / names["uswds/css/uswds.min.css"]
    wanted = [w for w in re.findall(r"url\([\"']?([^)\"']+)", sheet.read_text()) if not w.startswith("data:")]
    assert len(wanted) > 20
    assert [name for name in wanted if not (sheet.parent / name.partition("#")[0]).is_file()] == []


def test_a_missing_file_is_an_error_when_files_are_collected(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "a.css").write_text("body { background: url(not-there.svg) }")
    settings.STATICFILES_DIRS, settings.STORAGES = [tmp_path / "from"], settings.COLLECTED
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "to"
    with pytest.raises(MissingFileError, match=r"not-there\.svg"):
        call_command("collectstatic", verbosity=0, interactive=False)


def test_a_page_that_names_a_missing_file_fails(collected: Path) -> None:
    from django.templatetags.static import static

    with pytest.raises(ValueError, match="Missing staticfiles manifest entry"):
        static("desk/not-there.css")
