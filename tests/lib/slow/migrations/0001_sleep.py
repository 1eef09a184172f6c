from django.db import migrations


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL("SELECT pg_sleep(1)", migrations.RunSQL.noop)]
