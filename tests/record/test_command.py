from pathlib import Path

from click.testing import CliRunner

from evenhand.cli import main
from record.small_record import write


def test_show_tells_what_a_record_holds(tmp_path: Path) -> None:
    write(tmp_path / "r", 1234)
    result = CliRunner().invoke(main, ["record", "show", str(tmp_path / "r")])
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "booking histories 1,234" in lines
    assert "rows in 1,234" in lines
    assert any(
        line.startswith("The source shows every event of these types: a_file.stored, ") for line in lines
    )


def test_check_finds_a_changed_part(tmp_path: Path) -> None:
    write(tmp_path / "r", 3)
    part = tmp_path / "r/events/booking/person.booked/part-00000.parquet"
    assert CliRunner().invoke(main, ["record", "check", str(tmp_path / "r")]).exit_code == 0
    body = bytearray(part.read_bytes())
    body[20] ^= 1
    part.write_bytes(body)
    result = CliRunner().invoke(main, ["record", "check", str(tmp_path / "r")])
    assert result.exit_code == 2
    assert "part-00000.parquet is not the file that was written" in result.stderr


def test_show_refuses_what_is_no_record(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["record", "show", str(tmp_path)])
    assert result.exit_code == 2
    assert "is no record" in result.stderr
