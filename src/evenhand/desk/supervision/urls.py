from django.urls import path

from evenhand.desk.supervision import views

app_name = "supervision"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("<booking:subject>/review/", views.review, name="review"),
    path("<booking:subject>/claim/", views.claim, name="claim"),
    path("<booking:subject>/document/", views.document, name="document"),
]
