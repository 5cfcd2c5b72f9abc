from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "evenhand.desk.agreements"
    label = "desk_agreements"
    verbose_name = "Agreements"

    def ready(self) -> None:
        from evenhand.desk.agreements import due, projection  # noqa: F401
