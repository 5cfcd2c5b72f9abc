from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk_officers", "0001_initial"),
    ]

    operations = [
        migrations.DeleteModel(
            name="Officer",
        ),
        migrations.CreateModel(
            name="Officer",
            fields=[
                ("agency", models.CharField(db_index=True, max_length=9)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "agency", "subject", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject", models.CharField(max_length=200)),
                ("unreadable", models.BooleanField(default=False)),
                ("zone", models.CharField(max_length=64)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("employer", models.CharField(blank=True, max_length=200)),
                ("nominated_at", models.DateTimeField()),
                ("functions", models.JSONField(default=list)),
                ("supervising_position", models.CharField(blank=True, max_length=200)),
                ("authorized_at", models.DateTimeField(null=True)),
                ("refresher_due_at", models.DateTimeField(null=True)),
                ("credential_out", models.BooleanField(default=False)),
                ("credential_owed_since", models.DateTimeField(null=True)),
                ("standings", models.JSONField(default=list)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["agency", "name"], name="officer_name")],
                "constraints": [],
            },
        ),
    ]
