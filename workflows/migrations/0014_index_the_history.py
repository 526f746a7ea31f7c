from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0013_test_nodes'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(fields=['version', '-id'], name='history_of_a_version'),
        ),
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(condition=models.Q(('manual', True)), fields=['-id'], name='history_by_hand'),
        ),
    ]
