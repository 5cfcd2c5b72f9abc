from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk_reviews", "0001_initial"),
    ]

    operations = [
        migrations.DeleteModel(
            name="Review",
        ),
        migrations.CreateModel(
            name="Review",
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
                ("body", models.CharField(max_length=32)),
                ("reviewer", models.CharField(blank=True, max_length=200)),
                ("reviewer_unit", models.CharField(blank=True, max_length=200)),
                ("reviewed_unit", models.CharField(blank=True, max_length=200)),
                ("scope", models.TextField(blank=True)),
                ("complaint", models.CharField(blank=True, max_length=200)),
                ("opened_at", models.DateTimeField()),
                ("seed", models.CharField(blank=True, max_length=64)),
                ("size", models.IntegerField(null=True)),
                ("since", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("drawn_from", models.IntegerField(null=True)),
                ("drawn_seq", models.BigIntegerField(null=True)),
                ("sampled_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [],
                "constraints": [],
            },
        ),
    ]
