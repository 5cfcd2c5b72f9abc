from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "evenhand.desk.supervision"
    label = "desk_supervision"
    verbose_name = "Supervision"
