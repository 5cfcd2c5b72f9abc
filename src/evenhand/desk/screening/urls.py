from django.urls import path

from evenhand.desk.screening import views

app_name = "screening"
urlpatterns = [
    path("", views.work, name="work"),
    path("<booking:subject>/", views.steps, name="steps"),
    path("<booking:subject>/close/", views.close, name="close"),
    path("<booking:subject>/again/", views.reopen, name="reopen"),
    path("<booking:subject>/interview/", views.interview, name="interview"),
    path("<booking:subject>/check/", views.check, name="check"),
    path("<booking:subject>/claim/", views.claim, name="claim"),
    path("<booking:subject>/determination/", views.determination, name="determination"),
    path("<booking:subject>/document/", views.document, name="document"),
]
