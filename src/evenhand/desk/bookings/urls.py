from django.urls import path

from evenhand.desk.bookings import upload, views

app_name = "bookings"
urlpatterns = [
    path("", views.cases, name="cases"),
    path("new/", views.book, name="book"),
    path("upload/", upload.upload, name="upload"),
    path("upload/result/", upload.result, name="result"),
    path("upload/rows.csv", upload.bad_rows, name="bad_rows"),
    path("<str:subject>/", views.case_page, name="case"),
    path("<str:subject>/summary/", views.summary, name="summary"),
    path("<str:subject>/charge/", views.charge, name="charge"),
    path("<str:subject>/charge/<int:number>/disposition/", views.disposition, name="disposition"),
    path("<str:subject>/correct/<uuid:event>/", views.correct, name="correct"),
]
