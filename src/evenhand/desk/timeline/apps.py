from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "evenhand.desk.timeline"
    label = "desk_timeline"
    verbose_name = "Timelines"
