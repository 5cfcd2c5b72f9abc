"""The desk on a port of this machine, on the test's own database connection."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test.testcases import LiveServerThread

_ONE = threading.Lock()


class _Server(ThreadedWSGIServer):
    def _close_connections(self) -> None:
        """The connection is the test's: it stays open, and what was written is rolled back at its end."""


def _one_at_a_time(application: WSGIApplication) -> WSGIApplication:
    """One page at a time, since all share one connection. Static files are whitenoise's, as in real use."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with _ONE:
            return application(environ, start_response)

    return answer


class _Thread(LiveServerThread):
    server_class = _Server


@contextmanager
def serving() -> Iterator[str]:
    """Serve the desk for the time of the block; yields its address without a slash at the end."""
    shared = {alias: connections[alias] for alias in connections}
    open_still = ExitStack()
    for connection in shared.values():
        connection.ensure_connection()
        connection.inc_thread_sharing()
        # A page closes what is not in autocommit, and this is in the test's transaction; SQLite in memory
        # ignores that by itself.
        open_still.enter_context(patch.object(connection, "close"))
    thread = _Thread("127.0.0.1", _one_at_a_time, connections_override=shared)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()
        open_still.close()
        for connection in shared.values():
            connection.dec_thread_sharing()
