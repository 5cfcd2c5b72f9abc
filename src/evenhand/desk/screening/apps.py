from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "evenhand.desk.screening"
    label = "desk_screening"
    verbose_name = "Screening"
