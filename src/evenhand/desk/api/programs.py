"""Addresses of the administrator's pages for other programs."""

from django.urls import path

from evenhand.desk.api import views

app_name = "programs"
urlpatterns = [
    path("administration/programs/", views.programs, name="list"),
    path("administration/programs/tokens/new/", views.new_token, name="token"),
    path("administration/programs/tokens/<int:number>/revoke/", views.revoke_token, name="revoke"),
    path("administration/programs/hooks/new/", views.new_hook, name="hook"),
    path("administration/programs/hooks/<int:number>/stop/", views.stop_hook, name="stop"),
]
