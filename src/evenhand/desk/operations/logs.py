"""Logs as JSON lines that name no person: pages by the name of their address, never by the address itself.

Addresses hold booking numbers and public ids of complaints, and messages of errors the values of forms. So a
line has the page's name, status, time taken, role and a request's id; an error has its type and where in the
code it came up, not its message.
"""

import json
import logging
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Counter, Histogram

from evenhand.record.ledger.errors import VerificationError

REQUESTS = Counter(
    "desk_requests_total", "Requests by page, method and status.", ["page", "method", "status"]
)
SECONDS = Histogram("desk_request_seconds", "Time taken by page.", ["page"])
log = logging.getLogger("evenhand.desk.requests")
_OWN = frozenset(vars(logging.makeLogRecord({})))


class JsonFormatter(logging.Formatter):
    """One JSON object a line. Only our own loggers' words and extra fields are kept."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.startswith("evenhand."):
            said["event"] = record.getMessage()
            said |= {
                k: v for k, v in vars(record).items() if k not in _OWN and k not in ("message", "asctime")
            }
        else:
            # Other libraries put addresses and values into their messages.
            said["event"] = f"{record.module}:{record.lineno}"
            status = getattr(record, "status_code", None)
            if status is not None:
                said["status"] = status
        if record.exc_info and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__name__
            said["where"] = [
                f"{frame.name} {frame.filename.rpartition('/')[2]}:{frame.lineno}"
                for frame in traceback.extract_tb(record.exc_info[2])[-5:]
            ]
        return json.dumps(said, default=str)


class RequestLogMiddleware:
    """One line and one count a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        taken = time.perf_counter() - began
        page = request.resolver_match.view_name if request.resolver_match else "none"
        SECONDS.labels(page).observe(taken)
        REQUESTS.labels(page, request.method, str(response.status_code)).inc()
        extra = {
            "request": uuid.uuid4().hex[:12],
            "page": page,
            "method": request.method,
            "status": response.status_code,
            "ms": round(taken * 1000),
            "role": getattr(getattr(request, "user", None), "role", None),
        }
        log.info("request", extra=extra)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Log which leaf of the ledger was altered. Its number names nobody."""
        if isinstance(exception, VerificationError):
            log.error("the ledger is not whole: run `evenhand desk verify`", extra={"place": exception.place})


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonFormatter}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "stream": sys.stderr}},
    "root": {"handlers": ["out"], "level": "INFO"},
    # Django's own handlers would mail errors with their values, or print addresses.
    "loggers": {name: {"handlers": [], "propagate": True} for name in ("django", "django.server")},
}
