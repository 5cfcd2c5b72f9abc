from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordConfig(AppConfig):
    name = "evenhand.desk.record"
    label = "desk_record"
    verbose_name = "Record"

    def ready(self) -> None:
        from evenhand.desk.record.row_security import secure

        post_migrate.connect(secure, sender=self)
