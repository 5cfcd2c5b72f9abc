from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk_custody", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="clock",
            name="clock_of_activation",
        ),
        migrations.RemoveIndex(
            model_name="clock",
            name="clock_subject",
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(fields=["agency", "subject"], name="clock_subject"),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.UniqueConstraint(
                fields=("agency", "rule", "activation"), name="clock_of_activation"
            ),
        ),
    ]
