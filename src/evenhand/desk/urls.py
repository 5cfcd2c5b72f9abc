"""Every address of the desk, each room's under its own name."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("bookings/", include("evenhand.desk.bookings.urls")),
    path("screening/", include("evenhand.desk.screening.urls")),
    path("supervision/", include("evenhand.desk.supervision.urls")),
    path("", include("evenhand.desk.complaints.urls")),
    path("", include("evenhand.desk.reviews.urls")),
]
