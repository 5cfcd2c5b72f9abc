from typing import Any

from django.db import migrations, models

KEPT = "bookings.upload"


def forget_rows(apps: Any, schema_editor: Any) -> None:
    """End the sessions that hold rows of a file: their accounts sign in again."""
    session = apps.get_model("sessions", "Session")
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    for row in session.objects.iterator():
        if KEPT in store.decode(row.session_data):
            row.delete()


class Migration(migrations.Migration):
    dependencies = [("desk_bookings", "0005_numbers_of_agencies"), ("sessions", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="UploadOutcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agency", models.CharField(db_index=True, max_length=9)),
                ("uploaded_by", models.CharField(max_length=200, unique=True)),
                ("uploaded_at", models.DateTimeField()),
                ("content", models.JSONField()),
            ],
        ),
        migrations.RunPython(forget_rows, migrations.RunPython.noop),
    ]
