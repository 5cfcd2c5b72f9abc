from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "evenhand.desk.custody"
    label = "desk_custody"
    verbose_name = "Custody"

    def ready(self) -> None:
        from evenhand.desk.custody import due, projection  # noqa: F401
