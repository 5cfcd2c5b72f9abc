from django.apps import AppConfig


class OfficersConfig(AppConfig):
    name = "evenhand.desk.officers"
    label = "desk_officers"
    verbose_name = "Designated officers"

    def ready(self) -> None:
        from evenhand.desk.officers import due, projection  # noqa: F401
