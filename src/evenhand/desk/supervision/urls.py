from django.urls import path

from evenhand.desk.supervision import views

app_name = "supervision"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("<str:subject>/review/", views.review, name="review"),
    path("<str:subject>/claim/", views.claim, name="claim"),
    path("<str:subject>/document/", views.document, name="document"),
]
