from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk_reviews", "0002_numbers_of_agencies"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="finding",
            name="finding_of_review",
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                fields=("agency", "review", "finding"), name="finding_of_review"
            ),
        ),
    ]
