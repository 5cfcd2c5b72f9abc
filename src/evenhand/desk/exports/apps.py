from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "evenhand.desk.exports"
    label = "desk_exports"
    verbose_name = "Exports"
