from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "evenhand.desk.reviews"
    label = "desk_reviews"
    verbose_name = "Reviews"

    def ready(self) -> None:
        from evenhand.desk.reviews import due, projection  # noqa: F401
