from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "evenhand.desk.bookings"
    label = "desk_bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        from evenhand.desk.bookings import copies, projection  # noqa: F401
