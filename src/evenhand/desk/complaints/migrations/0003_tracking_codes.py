from django.db import migrations, models


class Migration(migrations.Migration):
    """Complaints from before get no tracking code: their numbers were published and open nothing any more."""

    dependencies = [("desk_complaints", "0002_numbers_of_agencies")]

    operations = [
        migrations.CreateModel(
            name="TrackingCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agency", models.CharField(max_length=9)),
                ("subject", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("form", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["agency", "subject"], name="tracking_code_of_complaint")
                ],
            },
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("hour", models.BigIntegerField(db_index=True)),
                ("uses", models.IntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["key", "hour"], name="use_of_hour")],
            },
        ),
    ]
