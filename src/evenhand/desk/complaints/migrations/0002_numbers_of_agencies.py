from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk_complaints", "0001_initial"),
    ]

    operations = [
        migrations.DeleteModel(
            name="Complaint",
        ),
        migrations.CreateModel(
            name="Complaint",
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
                ("facility", models.CharField(blank=True, max_length=64)),
                ("zone", models.CharField(max_length=64)),
                ("about", models.CharField(max_length=32)),
                ("officer", models.CharField(blank=True, max_length=200)),
                ("channel", models.CharField(blank=True, max_length=32)),
                ("language", models.CharField(blank=True, max_length=64)),
                ("received_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("ice_notified_at", models.DateTimeField(null=True)),
                ("opr_notified_at", models.DateTimeField(null=True)),
                ("assigned_at", models.DateTimeField(null=True)),
                ("assigned_to", models.CharField(blank=True, max_length=200)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=32)),
                ("outcome_reported_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer_kind", models.CharField(blank=True, max_length=16)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["agency", "received_at"], name="complaint_received")],
                "constraints": [],
            },
        ),
    ]
