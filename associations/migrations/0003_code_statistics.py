from django.db import migrations


class Migration(migrations.Migration):
    """A county is 130 of 24,000 codes: with the usual hundred steps the planner takes it for two of them."""

    dependencies = [("associations", "0002_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE associations_association ALTER COLUMN code SET STATISTICS 2000;"
            "ANALYZE associations_association (code)",
            "ALTER TABLE associations_association ALTER COLUMN code SET STATISTICS -1",
        )
    ]
