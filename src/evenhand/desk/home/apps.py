from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "evenhand.desk.home"
    label = "desk_home"
    verbose_name = "Home pages"
