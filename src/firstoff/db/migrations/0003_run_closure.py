import django.db.models.deletion
import firstoff.db.models.ledger
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('firstoff', '0002_genealogy'),
    ]

    operations = [
        migrations.CreateModel(
            name='GapDeviation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=firstoff.db.models.ledger.new_uid, unique=True)),
                ('received_at', models.DateTimeField()),
                ('gap', models.CharField(max_length=300)),
                ('scope', models.TextField(default='[]')),
                ('sentence', models.TextField()),
                ('reason', models.TextField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RunClosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=firstoff.db.models.ledger.new_uid, unique=True)),
                ('received_at', models.DateTimeField()),
                ('numbers', models.TextField()),
                ('digest', models.CharField(max_length=64)),
                ('note', models.TextField(blank=True)),
                ('closed_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='gapdeviation',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='gapdeviation',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='firstoff.ledgerentry'),
        ),
        migrations.AddField(
            model_name='gapdeviation',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gap_deviations', to='firstoff.run'),
        ),
        migrations.AddField(
            model_name='gapdeviation',
            name='signature',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='firstoff.signature'),
        ),
        migrations.AddField(
            model_name='runclosure',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='runclosure',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='firstoff.ledgerentry'),
        ),
        migrations.AddField(
            model_name='runclosure',
            name='run',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='closure', to='firstoff.run'),
        ),
        migrations.AddField(
            model_name='runclosure',
            name='signature',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='firstoff.signature'),
        ),
    ]
