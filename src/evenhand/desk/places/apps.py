from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "evenhand.desk.places"
    label = "desk_places"
    verbose_name = "Agencies and facilities"
