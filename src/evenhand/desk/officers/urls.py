"""The addresses of designated officers."""

from django.urls import path

from evenhand.desk.officers import views
from evenhand.desk.officers.steps import STEPS

app_name = "officers"
urlpatterns = [
    path("", views.officer_list, name="list"),
    *STEPS.first_urls(),
    path("own/", views.own, name="own"),
    path("<officer:subject>/", views.show, name="show"),
    path("<officer:subject>/summary/", views.summary, name="summary"),
    *STEPS.urls(),
]
