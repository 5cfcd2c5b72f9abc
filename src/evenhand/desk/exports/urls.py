from django.urls import path

from evenhand.desk.exports import views

app_name = "exports"
urlpatterns = [path("export/", views.export_record, name="export")]
