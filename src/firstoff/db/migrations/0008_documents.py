from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('firstoff', '0007_bom'),
    ]

    operations = []
