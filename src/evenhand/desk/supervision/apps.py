from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "evenhand.desk.supervision"
    label = "desk_supervision"
    verbose_name = "Supervision"

    def ready(self) -> None:
        from evenhand.desk.supervision import due  # noqa: F401
