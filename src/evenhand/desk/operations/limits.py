"""The memory of the limits on sign-in, second factors, password resets and API calls: a database table."""

from datetime import datetime
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import connections


class LimitCache(DatabaseCache):
    """Django's cache in the database, which forgets nothing before its time.

    Django's own holds 300 entries; at the next one it deletes a third of them, old or not. Whoever fails to
    sign in under many names would so delete the count of failures under the one name that matters.
    """

    _table: str

    def _cull(self, db: str, cursor: Any, now: datetime, num: int) -> None:
        connection = connections[db]
        table, expires = map(connection.ops.quote_name, (self._table, "expires"))
        cursor.execute(
            f"DELETE FROM {table} WHERE {expires} < %s", [connection.ops.adapt_datetimefield_value(now)]
        )
