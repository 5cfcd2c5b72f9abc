"""The API's addresses and its OpenAPI document."""

import json

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from ninja.errors import ValidationError

from evenhand.desk.api import acts, bookings, exports, lists
from evenhand.desk.api.auth import Bearer, TokenThrottle
from evenhand.desk.api.document import DocumentedApi
from evenhand.desk.record.scope import OutOfScopeError
from evenhand.desk.record.wrong import what_is_wrong

api = DocumentedApi(
    title="Evenhand desk",
    version="1",
    description="Bookings, charges, releases and acts in; worklists and findings out. Each call reaches one "
    "agency, that of its token.",
    auth=Bearer(),
    throttle=[TokenThrottle()],
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
for router in (bookings.router, acts.router, lists.router, exports.router):
    api.add_router("", router)


@api.exception_handler(OutOfScopeError)
def out_of_scope(request: HttpRequest, error: Exception) -> HttpResponse:
    return api.create_response(request, {"detail": _("this token's agency has no such record")}, status=404)


@api.exception_handler(ValidationError)
def bad_parameter(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [{"loc": one["loc"], "type": one["type"], "msg": what_is_wrong(one)} for one in error.errors]
    return api.create_response(request, {"detail": wrong}, status=422)


def document() -> str:
    """`docs/desk-api.json`: the OpenAPI document."""
    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), indent=1, sort_keys=True) + "\n"


urlpatterns = [path("api/v1/", api.urls)]
