from django.apps import AppConfig


class LapsesConfig(AppConfig):
    name = "evenhand.desk.lapses"
    label = "desk_lapses"
    verbose_name = "Calendar of what lapses"
