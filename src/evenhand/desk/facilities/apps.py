from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    name = "evenhand.desk.facilities"
    label = "desk_facilities"
    verbose_name = "Facilities"

    def ready(self) -> None:
        from evenhand.desk.facilities import due, projection  # noqa: F401
