from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "evenhand.desk.findings"
    label = "desk_findings"
    verbose_name = "Findings"

    def ready(self) -> None:
        from evenhand.desk.findings import copies  # noqa: F401
