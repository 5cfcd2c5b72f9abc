"""The API's addresses and its OpenAPI document."""

import json

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from ninja.errors import HttpError, ValidationError

from evenhand.desk.api import acts, bookings, exports, lists
from evenhand.desk.api.auth import Bearer, TokenThrottle
from evenhand.desk.api.body import BodyError, StrictParser
from evenhand.desk.api.document import DocumentedApi
from evenhand.desk.record.act import BadActError
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
    parser=StrictParser(),
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


@api.exception_handler(BadActError)
def bad_act(request: HttpRequest, error: BadActError) -> HttpResponse:
    """What is wrong with a call that is one act; of a batch, the row says it."""
    wrong = [
        {"loc": ["body", field], "type": "value_error", "msg": what} for field, what in error.fields.items()
    ]
    return api.create_response(request, {"detail": wrong}, status=422)


@api.exception_handler(HttpError)
def turned_away(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja answers 400 without a reason for whatever its parser raises: the reason is the error's cause."""
    cause = error.__cause__
    if isinstance(cause, BodyError):
        return api.create_response(request, {"detail": cause.detail}, status=cause.status)
    return api.create_response(request, {"detail": str(error)}, status=error.status_code)


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    detail = _("The body is larger than %(most)s bytes. Send fewer rows at once.") % {"most": f"{most:,}"}
    return api.create_response(request, {"detail": detail}, status=413)


def document() -> str:
    """`docs/desk-api.json`: the OpenAPI document."""
    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), indent=1, sort_keys=True) + "\n"


urlpatterns = [path("api/v1/", api.urls)]
