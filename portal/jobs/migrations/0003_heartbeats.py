from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_asked_by_token")]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "process",
                    models.CharField(
                        choices=[("beat", "定时程序"), ("sweeper", "任务清扫程序")],
                        max_length=10,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("beaten_at", models.DateTimeField()),
            ],
            options={"verbose_name": "心跳"},
        ),
    ]
