import django.db.models.deletion
import firstoff.db.models.ledger
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('firstoff', '0013_change'),
    ]

    operations = [
        migrations.CreateModel(
            name='CapabilityStudy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=firstoff.db.models.ledger.new_uid, unique=True)),
                ('received_at', models.DateTimeField()),
                ('revision', models.CharField(max_length=20)),
                ('characteristic', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=200)),
                ('unit', models.CharField(blank=True, max_length=20)),
                ('pieces', models.PositiveIntegerField()),
                ('values', models.TextField()),
                ('measured_on', models.DateField()),
                ('machine', models.CharField(blank=True, max_length=120)),
                ('gauge', models.CharField(blank=True, max_length=120)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='firstoff.ledgerentry')),
                ('equipment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='firstoff.equipment')),
                ('part', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='capability_studies', to='firstoff.part')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='capability_studies', to='firstoff.site')),
                ('supersedes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='firstoff.capabilitystudy')),
            ],
            options={
                'indexes': [models.Index(fields=['part', 'characteristic'], name='study_by_characteristic')],
                'constraints': [models.CheckConstraint(condition=models.Q(('pieces__gt', 0)), name='study_has_measured_something')],
            },
        ),
    ]
