from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "evenhand.desk.complaints"
    label = "desk_complaints"
    verbose_name = "Complaints"

    def ready(self) -> None:
        from evenhand.desk.complaints import copies, due, projection  # noqa: F401
