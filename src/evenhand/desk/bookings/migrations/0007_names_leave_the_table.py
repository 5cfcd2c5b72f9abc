"""Names and birth dates leave the read table of cases, which is empty here: the next start replays the ledger."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk_bookings", "0006_upload_outcome"),
    ]

    operations = [
        migrations.RemoveField("case", "name"),
        migrations.RemoveField("case", "birth_date"),
        migrations.AddField("case", "person_seq", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AddField("case", "name_key", models.CharField(blank=True, max_length=64)),
        migrations.AddIndex("case", models.Index(fields=["name_key"], name="case_name_key")),
    ]
