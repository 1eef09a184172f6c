from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0005_disclosures'),
    ]

    operations = [
        migrations.AlterField(
            model_name='look',
            name='channel',
            field=models.CharField(choices=[('page', '页面'), ('export', '导出'), ('api', '接口'), ('report', '报告'), ('reveal', '查看完整信息'), ('copy', '本人副本'), ('match', '核对')], max_length=10, verbose_name='途径'),
        ),
        migrations.RemoveIndex(
            model_name='look',
            name='look_reveals',
        ),
        migrations.AddIndex(
            model_name='look',
            index=models.Index(condition=models.Q(('channel__in', ('reveal', 'copy', 'match'))), fields=['user', 'at'], name='look_reveals'),
        ),
    ]
