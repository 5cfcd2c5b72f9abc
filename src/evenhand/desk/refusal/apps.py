from django.apps import AppConfig


class RefusalConfig(AppConfig):
    name = "evenhand.desk.refusal"
    label = "desk_refusal"
    verbose_name = "Refused acts"

    def ready(self) -> None:
        from evenhand.desk.refusal import copies, due  # noqa: F401
