"""Every address of the desk, each room's under its own name."""

from django.urls import URLPattern, URLResolver, include, path

from evenhand.desk.accounts.agency_sign_in import came_back
from evenhand.desk.accounts.oidc import PROVIDER
from evenhand.desk.accounts.views import address
from evenhand.desk.operations import health
from evenhand.desk.shell.views import stay, theme

urlpatterns: list[URLPattern | URLResolver] = [
    path("bookings/", include("evenhand.desk.bookings.urls")),
    path("screening/", include("evenhand.desk.screening.urls")),
    path("supervision/", include("evenhand.desk.supervision.urls")),
    path("custody/", include("evenhand.desk.custody.urls")),
    # Before allauth's page of the same address, where accounts would name themselves anew.
    path("accounts/email/", address, name="account_address"),
    # Before allauth's, which takes the ID token without its signature.
    path(f"accounts/oidc/{PROVIDER}/login/callback/", came_back, name="agency_callback"),
    path("accounts/stay/", stay, name="account_stay"),
    path("accounts/", include("allauth.urls")),
    path("", include("evenhand.desk.api.urls")),
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
    path("language/", include("django.conf.urls.i18n")),
    path("theme/", theme, name="set_theme"),
    path("", include("evenhand.desk.accounts.urls")),
    path("", include("evenhand.desk.api.programs")),
    path("", include("evenhand.desk.refusal.urls")),
    path("", include("evenhand.desk.complaints.urls")),
    path("", include("evenhand.desk.reviews.urls")),
    path("", include("evenhand.desk.exports.urls")),
    path("", include("evenhand.desk.home.urls")),
    path("erasure/", include("evenhand.desk.erasure.urls")),
    path("lapses/", include("evenhand.desk.lapses.urls")),
    path("agreements/", include("evenhand.desk.agreements.urls")),
    path("officers/", include("evenhand.desk.officers.urls")),
    path("facilities/", include("evenhand.desk.facilities.urls")),
]
