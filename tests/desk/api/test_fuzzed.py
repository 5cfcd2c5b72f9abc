"""Any call that fits the document, and many that do not: never a failure of the server, always as documented."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from desk.api_calls import AGENCY
from desk.county import County
from evenhand.desk.api.models import issue
from evenhand.desk.api.urls import document
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within

# A row that is wrong is answered in its own result with status 200: so "must be rejected" is no check here.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    ignored_auth,
    unsupported_method,
]
schema = schemathesis.openapi.from_dict(json.loads(document()))
schema.app = get_wsgi_application()
schema.config.update(base_url="http://localhost")


@pytest.fixture
def headers(county: County, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A token that may do everything; after all calls the tables are those that the ledger gives."""
    monkeypatch.setattr("ninja.throttling.AuthRateThrottle.allow_request", lambda self, request: True)
    with within(EVERYTHING):
        _, secret = issue(county.ori, "fuzz", AGENCY, "administrator")
    yield {"Authorization": f"Bearer {secret}"}
    assert rebuild().differences == ()


@pytest.mark.trial
def test_calls_that_follow_each_other_are_answered_as_documented(headers: dict[str, str]) -> None:
    """Bookings sent again, charged, released and read, by the links of the document."""
    followed: set[str] = set()

    class Calls(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Case) -> dict[str, Any]:
            return {"headers": headers}

        def validate_response(self, response: Response, case: Case, **kwargs: Any) -> None:
            # Whether a call needs its token is asked of each call alone, below.
            checks = [check for check in CHECKS if check is not ignored_auth]
            case.validate_response(response, checks=checks, transport_kwargs=kwargs)

        def after_call(self, response: Response, case: Case) -> None:
            followed.add(case.operation.label)

    steps = settings(max_examples=80, stateful_step_count=8, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Calls, settings=steps)
    assert {"POST /api/v1/charges", "POST /api/v1/releases", "GET /api/v1/worklist"} <= followed


@pytest.mark.trial
@schema.parametrize()
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_every_call_is_answered_as_documented(case: Case, headers: dict[str, str]) -> None:
    case.call_and_validate(headers=headers, checks=CHECKS)
