from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "evenhand.desk.api"
    label = "desk_api"
    verbose_name = "API"

    def ready(self) -> None:
        from evenhand.desk.api import access  # noqa: F401
