"""The desk's settings for its tests: demonstration mode, SQLite in memory or a PostgreSQL of the tests' own."""

import atexit
import logging
import os
import runpy
import tempfile
from pathlib import Path

os.environ.setdefault("EVENHAND_DESK_MODE", "demonstration")
os.environ.setdefault("EVENHAND_DESK_FOLDER", tempfile.mkdtemp(prefix="evenhand-desk-"))
os.environ.setdefault("EVENHAND_DESK_ORIGIN", "evenhand.test/desk")

if os.environ.get("EVENHAND_TEST_DATABASE") == "postgres":
    from postgres import started

    _server = started(cleanup_mode="delete")

    def _stop() -> None:
        # The streams of the tests are closed by now: the server's own words have nowhere to go.
        logging.disable()
        _server.cleanup()

    atexit.register(_stop)
    os.environ["EVENHAND_DESK_DATABASE"] = _server.get_uri()

from evenhand.desk.settings import *  # noqa: F403

# Static files under their own names, which need no collecting: `collected` in conftest.py gives the real ones.
COLLECTED = STORAGES  # noqa: F405
STORAGES = COLLECTED | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Only a ceiling: the agency's sign-in is on this machine, which may be slow.
SOCIALACCOUNT_REQUESTS_TIMEOUT = 300
# Sign-in is no matter of these tests, and argon2 is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The translations are those of the sources, also where `make messages` was not called.
runpy.run_path(str(Path(__file__).parents[2] / "scripts/messages.py"))["compile_all"]()
