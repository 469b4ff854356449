from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('firstoff', '0005_definition_and_supply'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='judgement',
            index=models.Index(fields=['inspector', 'judged_at'], name='judgement_by_inspector'),
        ),
        migrations.AddIndex(
            model_name='operationcontext',
            index=models.Index(fields=['instruction'], name='operation_by_instruction'),
        ),
        migrations.AddIndex(
            model_name='operationcontext',
            index=models.Index(condition=models.Q(('tools', '[]'), _negated=True), fields=['operation'], name='operation_with_tools'),
        ),
        migrations.AddIndex(
            model_name='testrecord',
            index=models.Index(fields=['operator', 'ended_at'], name='test_record_by_operator'),
        ),
        migrations.AddIndex(
            model_name='unit',
            index=models.Index(fields=['operator', 'started_at'], name='unit_by_operator'),
        ),
        migrations.AddIndex(
            model_name='unit',
            index=models.Index(fields=['instruction'], name='unit_by_instruction'),
        ),
    ]
