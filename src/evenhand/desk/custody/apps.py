from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "evenhand.desk.custody"
    label = "desk_custody"
    verbose_name = "Custody"

    def ready(self) -> None:
        from evenhand.desk.bookings.panels import offers_panel
        from evenhand.desk.custody import due, projection  # noqa: F401
        from evenhand.desk.custody.panel import panel

        offers_panel("custody/panel.html", panel)
