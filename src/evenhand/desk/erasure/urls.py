from django.urls import path

from evenhand.desk.erasure import views

app_name = "erasure"
urlpatterns = [
    path("", views.orders, name="list"),
    path("new/", views.enter, name="enter"),
    path("<int:number>/", views.show, name="show"),
    path("<int:number>/document/", views.document, name="document"),
    path("<int:number>/decide/", views.decide, name="decide"),
]
