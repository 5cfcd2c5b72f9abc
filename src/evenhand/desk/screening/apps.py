from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "evenhand.desk.screening"
    label = "desk_screening"
    verbose_name = "Screening"

    def ready(self) -> None:
        from evenhand.desk.screening import due  # noqa: F401
