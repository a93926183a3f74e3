from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0003_service_codes'),
    ]

    operations = [
        migrations.AddField(
            model_name='facility',
            name='name_en',
            field=models.CharField(blank=True, max_length=120),
        ),
    ]
