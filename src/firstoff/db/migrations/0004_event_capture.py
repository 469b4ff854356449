import django.db.models.deletion
import firstoff.db.models.ledger
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('firstoff', '0003_run_closure'),
    ]

    operations = [
        migrations.CreateModel(
            name='EventCapture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=firstoff.db.models.ledger.new_uid, unique=True)),
                ('received_at', models.DateTimeField()),
                ('name', models.CharField(max_length=300)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('events', models.PositiveIntegerField()),
                ('outcome', models.TextField()),
            ],
        ),
        migrations.AddIndex(
            model_name='testrecord',
            index=models.Index(fields=['station', 'ended_at'], name='test_record_by_station'),
        ),
        migrations.AddIndex(
            model_name='unit',
            index=models.Index(condition=models.Q(('previous_serial', ''), _negated=True), fields=['part', 'previous_serial'], name='unit_made_out_of'),
        ),
        migrations.AddField(
            model_name='eventcapture',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='eventcapture',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='firstoff.ledgerentry'),
        ),
        migrations.AddField(
            model_name='eventcapture',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='event_captures', to='firstoff.site'),
        ),
        migrations.AddConstraint(
            model_name='eventcapture',
            constraint=models.UniqueConstraint(fields=('site', 'sha256'), name='events_taken_once_a_site'),
        ),
    ]
