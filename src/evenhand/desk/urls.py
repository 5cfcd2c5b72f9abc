"""Every address of the desk, each room's under its own name."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("evenhand.desk.complaints.urls")),
    path("", include("evenhand.desk.reviews.urls")),
]
