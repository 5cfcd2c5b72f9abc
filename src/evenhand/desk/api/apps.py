from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "evenhand.desk.api"
    label = "desk_api"
    verbose_name = "API"
