import django.db.models.deletion
import firstoff.db.fields
import firstoff.db.models.ledger
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('firstoff', '0010_review'),
    ]

    operations = [
        migrations.AddField(
            model_name='manufacturerpart',
            name='last_buy',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='offer',
            name='minimum_value',
            field=firstoff.db.fields.QuantityField(null=True),
        ),
        migrations.AddField(
            model_name='offer',
            name='order_cost',
            field=firstoff.db.fields.QuantityField(null=True),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(fields=['manufacturer_part', 'supplier', 'supplier_number'], name='offer_that_stands'),
        ),
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=firstoff.db.models.ledger.new_uid, unique=True)),
                ('received_at', models.DateTimeField()),
                ('currency', models.CharField(max_length=3)),
                ('into', models.CharField(max_length=3)),
                ('rate', models.DecimalField(decimal_places=9, max_digits=20)),
                ('valid_on', models.DateField()),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='firstoff.ledgerentry')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exchange_rates', to='firstoff.site')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='rate_is_above_nothing')],
            },
        ),
    ]
