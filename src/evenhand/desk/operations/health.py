"""What a supervisor of processes asks: is it alive, can it work, how much does it do."""

import hmac

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client import REGISTRY as OWN

from evenhand.desk.accounts.access import anyone
from evenhand.desk.record.ledger import store
from evenhand.record.ledger.errors import LedgerError


@anyone
@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@anyone
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Database, tables and ledger are there: 200, else 503 and which of them is not."""
    parts = {"database": _database(), "tables": False, "ledger": False}
    if parts["database"]:
        parts["tables"] = migrated()
        parts["ledger"] = _ledger()
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def migrated() -> bool:
    """Whether no migration is still to be run."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _ledger() -> bool:
    try:
        store().origin()
    except LedgerError:
        return False
    return True


@anyone
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Counts and times of requests by page, for Prometheus; only with the operator's token."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise Http404
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """The counts of all processes where they share a folder, else of this one."""
    if not settings.METRICS_FOLDER:
        return OWN
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, path=settings.METRICS_FOLDER)  # type: ignore[no-untyped-call]
    return registry
