"""The published sheets (read once a session) and small sheets made for one case."""

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.sheets import Ice, read_published

ICE = Path(__file__).parents[2] / ".." / "shared" / "data" / "ice-287g" / "sheets"


@pytest.fixture(scope="session")
def ice_folder() -> Path:
    if not ICE.is_dir():
        pytest.skip(f"the published sheets are not at {ICE}")
    return ICE


@pytest.fixture(scope="session")
def ice(ice_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Ice:
    """All published sheets, built once."""
    return read_published(ice_folder, tmp_path_factory.mktemp("registry") / "out")


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Write a small sheet: `sheet("participating-2025-06-12am.xlsx", rows)`; see `sheets.write_sheet`."""
    from registry.sheets import write_sheet

    def write(name: str, rows: list[tuple[object, ...]], **options: object) -> Path:
        return write_sheet(tmp_path / name, rows, **options)  # type: ignore[arg-type]

    return write
