from django.apps import AppConfig


class ErasureConfig(AppConfig):
    name = "evenhand.desk.erasure"
    label = "desk_erasure"
    verbose_name = "Erasure"

    def ready(self) -> None:
        from evenhand.desk.erasure import due, sessions  # noqa: F401
