from django.urls import path

from evenhand.desk.reviews import views

app_name = "reviews"
_OF_REVIEW, _OF_FINDING = ("sample", "finding", "close"), ("extend", "done")
urlpatterns = [
    path("reviews/", views.review_list, name="list"),
    path("reviews/open/", views.open_review, name="open"),
    path("reviews/<review:subject>/", views.show, name="show"),
    *(path(f"reviews/<review:subject>/{n}/", views.act, {"name": n}, name=n) for n in _OF_REVIEW),
    *(
        path(f"reviews/<review:subject>/<slug:finding>/{n}/", views.act, {"name": n}, name=n)
        for n in _OF_FINDING
    ),
]
