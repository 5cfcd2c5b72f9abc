"""The addresses of facilities."""

from django.urls import path

from evenhand.desk.facilities import views
from evenhand.desk.facilities.steps import STEPS

app_name = "facilities"
urlpatterns = [
    path("", views.facility_list, name="list"),
    path("<facility:subject>/", views.show, name="show"),
    *STEPS.urls(),
]
