import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('firstoff', '0006_recording'),
    ]

    operations = [
        migrations.AddField(
            model_name='variantchange',
            name='child',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='firstoff.partrevision'),
        ),
        migrations.AddConstraint(
            model_name='bomline',
            constraint=models.CheckConstraint(condition=models.Q(('child__isnull', True), models.Q(('child', models.F('revision')), _negated=True), _connector='OR'), name='bom_line_is_not_its_own_parent'),
        ),
    ]
