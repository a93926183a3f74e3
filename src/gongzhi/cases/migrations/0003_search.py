import django.db.models.deletion
from django.db import migrations, models

from gongzhi.webkit import fulltext

TABLE, COLUMN, KEY = "cases_searchentry", "tokens", "id"


def create_index(apps, editor):
    fulltext.create_index(editor, TABLE, COLUMN, KEY)


def drop_index(apps, editor):
    fulltext.drop_index(editor, TABLE)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_tell_followers_from_supporters'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReadMark',
            fields=[
                ('name', models.CharField(max_length=24, primary_key=True, serialize=False)),
                ('entry_id', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('tokens', fulltext.TokensField()),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
        ),
        migrations.RunPython(create_index, drop_index),
    ]
