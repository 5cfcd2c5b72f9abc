"""Any call that fits the document, and many that do not: never a failure of the server, always as documented."""

import json
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from schemathesis import Case
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
@schema.parametrize()
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_every_call_is_answered_as_documented(case: Case, headers: dict[str, str]) -> None:
    case.call_and_validate(headers=headers, checks=CHECKS)
