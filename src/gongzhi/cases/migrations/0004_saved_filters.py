from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('address', models.CharField(blank=True, max_length=1000)),
                ('person_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'indexes': [
                    models.Index(fields=['person_id'], name='saved_filter_of_person'),
                    models.Index(condition=models.Q(('organisation_id__isnull', False)), fields=['organisation_id'], name='saved_filter_of_party'),
                ],
            },
        ),
    ]
