from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('firstoff', '0005_definition_and_supply'),
    ]

    operations = []
