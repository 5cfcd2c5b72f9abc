from django.urls import path

from evenhand.desk.custody import views
from evenhand.desk.custody.offers import OFFERS
from evenhand.desk.custody.papers import PAPERS

app_name = "custody"
urlpatterns = [
    path("", views.hold_clock, name="clocks"),
    path("detainers/", views.detainers, name="detainers"),
    path("releases/", views.releases, name="releases"),
    *(path(f"<booking:subject>/{o.slug}/", views.act_view(o), name=o.view) for o in OFFERS),
    *(path(f"<booking:subject>/paper/{p.slug}/", views.paper_view(p), name=p.view) for p in PAPERS),
]
