"""Files that only their owner may read, written in one step."""

import errno
import os
import tempfile
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a text file that only its owner may read; a device, such as /dev/null, is written to as it is.

    Raises `OSError` for a symbolic link.
    """
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a symbolic link", str(path))
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
