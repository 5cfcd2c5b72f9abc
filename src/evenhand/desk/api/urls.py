"""The API's addresses and its OpenAPI document."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI

from evenhand.desk.api import acts, bookings, lists
from evenhand.desk.api.auth import Bearer, TokenThrottle
from evenhand.desk.record.scope import OutOfScopeError

api = NinjaAPI(
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
for router in (bookings.router, acts.router, lists.router):
    api.add_router("", router)


@api.exception_handler(OutOfScopeError)
def out_of_scope(request: HttpRequest, error: Exception) -> HttpResponse:
    return api.create_response(request, {"detail": "this token's agency has no such record"}, status=404)


def document() -> dict[str, Any]:
    """The OpenAPI document, with this address as the only server."""
    return dict(api.get_openapi_schema(path_prefix="/api/v1/"))


urlpatterns = [path("api/v1/", api.urls)]
