from django.urls import path

from evenhand.desk.accounts import invitation, views

app_name = "accounts"
urlpatterns = [
    path("administration/", views.account_list, name="list"),
    path("administration/accounts/new/", views.account, name="new"),
    path("administration/accounts/<int:number>/", views.show, name="show"),
    path("administration/accounts/<int:number>/change/", views.account, name="change"),
    path("administration/accounts/<int:number>/invite/", views.invite, name="invite"),
    path("administration/agencies/new/", views.agency, name="agency"),
    path("administration/facilities/new/", views.facility, name="facility"),
    path("access-requests/", views.request_list, name="requests"),
    path("access-requests/<int:number>/", views.decide, name="decide"),
    path("invitation/", invitation.accepting, name="accept"),
    path("invitation/<str:secret>/", invitation.opened, name="invitation"),
]
