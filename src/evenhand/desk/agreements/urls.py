"""The addresses of agreements."""

from django.urls import path

from evenhand.desk.agreements import views
from evenhand.desk.agreements.steps import STEPS

app_name = "agreements"
urlpatterns = [
    path("", views.agreement_list, name="list"),
    *STEPS.first_urls(),
    path("<agreement:subject>/", views.show, name="show"),
    path("<agreement:subject>/summary/", views.summary, name="summary"),
    path("<agreement:subject>/documents/<str:sha256>/", views.document, name="document"),
    *STEPS.urls(),
]
