from django.urls import path

from evenhand.desk.bookings import mapping_page, upload, views

app_name = "bookings"
urlpatterns = [
    path("", views.cases, name="cases"),
    path("new/", views.book, name="book"),
    path("search/", views.search_by_name, name="search"),
    path("upload/", upload.upload, name="upload"),
    path("upload/preview/", upload.preview, name="preview"),
    path("upload/template.csv", upload.template, name="template"),
    path("upload/result/", upload.result, name="result"),
    path("upload/rows.csv", upload.bad_rows, name="bad_rows"),
    path("mapping/<str:agency>/", mapping_page.mapping, name="mapping"),
    path("<booking:subject>/", views.case_page, name="case"),
    path("<booking:subject>/summary/", views.summary, name="summary"),
    path("<booking:subject>/charge/", views.charge, name="charge"),
    path("<booking:subject>/charge/<int:number>/disposition/", views.disposition, name="disposition"),
    path("<booking:subject>/correct/<uuid:event>/", views.correct, name="correct"),
]
