from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk_record", "0002_ledger"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="occurrence",
            name="occurrence_subject",
        ),
        migrations.AlterField(
            model_name="occurrence",
            name="event",
            field=models.UUIDField(),
        ),
        migrations.AddIndex(
            model_name="occurrence",
            index=models.Index(fields=["agency", "kind", "subject", "seq"], name="occurrence_subject"),
        ),
        migrations.AddConstraint(
            model_name="occurrence",
            constraint=models.UniqueConstraint(fields=("agency", "event"), name="occurrence_event"),
        ),
    ]
