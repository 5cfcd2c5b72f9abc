from django.urls import path

from evenhand.desk.refusal import views

app_name = "refusal"
urlpatterns = [
    path("warnings/confirm/", views.confirm, name="confirm"),
    path("second-person/ask/", views.ask_second, name="ask"),
    path("second-person/", views.waiting, name="waiting"),
    path("second-person/<int:number>/", views.decide, name="decide"),
]
