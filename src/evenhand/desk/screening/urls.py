from django.urls import path

from evenhand.desk.screening import views

app_name = "screening"
urlpatterns = [
    path("", views.work, name="work"),
    path("<str:subject>/", views.steps, name="steps"),
    path("<str:subject>/close/", views.close, name="close"),
    path("<str:subject>/again/", views.reopen, name="reopen"),
    path("<str:subject>/interview/", views.interview, name="interview"),
    path("<str:subject>/check/", views.check, name="check"),
    path("<str:subject>/claim/", views.claim, name="claim"),
    path("<str:subject>/determination/", views.determination, name="determination"),
    path("<str:subject>/document/", views.document, name="document"),
]
