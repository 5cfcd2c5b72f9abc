from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "evenhand.desk.record"
    label = "desk_record"
    verbose_name = "Record"
