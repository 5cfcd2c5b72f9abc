from django.urls import path

from evenhand.desk.complaints import views

app_name = "complaints"
urlpatterns = [
    path("complain/", views.complain, name="complain"),
    path("complain/follow/", views.follow, name="follow"),
    path("complaints/", views.complaint_list, name="list"),
    path("complaints/enter/", views.enter, name="enter"),
    path("complaints/<complaint:subject>/", views.show, name="show"),
    path("complaints/<complaint:subject>/<slug:name>/", views.act, name="act"),
]
