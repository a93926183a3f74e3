from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_answers'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['quadkey', 'due_at', 'state', 'is_public'], name='case_open_on_map'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['ended_at', 'quadkey', 'state', 'is_public'], name='case_ended_on_map'),
        ),
    ]
