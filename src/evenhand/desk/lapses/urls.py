"""The address of the calendar."""

from django.urls import path

from evenhand.desk.lapses import views

app_name = "lapses"
urlpatterns = [path("", views.calendar, name="calendar")]
