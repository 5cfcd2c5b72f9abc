"""Releasing an agency's record: the guard decides, the event states it, then the file is made."""

import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import IO

from evenhand.desk.record.act import Actor, Done, draft, note
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SourceKind
from evenhand.record.events.oversight import AccessExported, Coordinator, LegalGround, Recipient

ZIP = "application/zip"


def record_release(
    agency: str,
    by: Actor,
    *,
    recipient: Recipient,
    legal_ground: LegalGround,
    state_record: bool | None = None,
    coordinated_with: Coordinator | None = None,
    coordinated_at: datetime | None = None,
    source: SourceKind = SourceKind.DESK,
    source_file: str | None = None,
) -> Done:
    """Record that an agency's record is released, to whom and on what ground. Raises `RefusedError`.

    `source_file` names the token of a program that asked for it.
    """
    return note(
        lambda: [
            draft(
                AccessExported.type,
                by=by,
                subject=agency,
                agency=agency,
                source=source,
                source_file=source_file,
                what="record",
                recipient=recipient,
                legal_ground=legal_ground,
                state_record=state_record,
                coordinated_with=coordinated_with,
                coordinated_at=coordinated_at,
            )
        ]
    )[0]


def zipped_record(agency: str) -> IO[bytes]:
    """An agency's record without any personal part, as a ZIP file that is gone once it is closed."""
    # The desk starts without the libraries that write a record.
    from evenhand.desk.record.export import Personal, export

    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "record"
        with within(EVERYTHING):
            export(folder, agencies=frozenset({agency}), personal=Personal.NONE)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as into:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    into.write(path, path.relative_to(folder.parent))
    file.seek(0)
    return file
