from django.apps import AppConfig


class StepsConfig(AppConfig):
    name = "evenhand.desk.steps"
    label = "desk_steps"
    verbose_name = "Steps"
