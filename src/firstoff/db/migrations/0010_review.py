import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('firstoff', '0009_process'),
    ]

    operations = [
        migrations.AddField(
            model_name='failuremode',
            name='action_done_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='failuremode',
            name='detection_action',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='failuremode',
            name='element_function',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='failuremode',
            name='filter_code',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='failuremode',
            name='remarks',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='failuremode',
            name='work_element',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.CreateModel(
            name='FormHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('said', models.JSONField(default=dict)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='form_heads', to='firstoff.processplan')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('plan', 'kind'), name='form_head_once')],
            },
        ),
    ]
