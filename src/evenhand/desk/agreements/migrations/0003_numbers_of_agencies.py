from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk_agreements", "0002_suspension_ends_at"),
    ]

    operations = [
        migrations.DeleteModel(
            name="Agreement",
        ),
        migrations.CreateModel(
            name="Agreement",
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
                ("model", models.CharField(max_length=8)),
                ("template", models.IntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drafted", "Drafted"),
                            ("signed", "Signed by both"),
                            ("in_force", "In force"),
                            ("suspended", "Suspended"),
                            ("ended", "Ended"),
                        ],
                        max_length=16,
                    ),
                ),
                ("drafted_at", models.DateTimeField(null=True)),
                ("agency_signed_at", models.DateTimeField(null=True)),
                ("agency_signer", models.CharField(blank=True, max_length=200)),
                ("ice_signed_at", models.DateTimeField(null=True)),
                ("ice_signer", models.CharField(blank=True, max_length=200)),
                ("effective_at", models.DateTimeField(null=True)),
                ("facilities", models.JSONField(default=list)),
                ("detention_agreement", models.CharField(blank=True, max_length=200)),
                ("publication_url", models.CharField(blank=True, max_length=500)),
                ("documents", models.JSONField(default=list)),
                ("amended_at", models.DateTimeField(null=True)),
                ("suspended_at", models.DateTimeField(null=True)),
                ("suspension_reason", models.TextField(blank=True)),
                ("suspension_ends_at", models.DateTimeField(null=True)),
                ("suspension_days", models.IntegerField(null=True)),
                ("how_to_answer", models.TextField(blank=True)),
                ("notice_at", models.DateTimeField(null=True)),
                ("notice_by", models.CharField(blank=True, max_length=16)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=16)),
                ("end_ground", models.CharField(blank=True, max_length=32)),
                ("annual_meeting_at", models.DateTimeField(null=True)),
                ("steering_meeting_at", models.DateTimeField(null=True)),
                ("meeting_owed_since", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["agency", "state"], name="agreement_state")],
                "constraints": [],
            },
        ),
    ]
