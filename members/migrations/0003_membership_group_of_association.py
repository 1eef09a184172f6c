from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0002_people_and_members")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE members_membership ADD CONSTRAINT membership_group_of_association
                FOREIGN KEY (group_id, association_id) REFERENCES members_membergroup (id, association_id)
                DEFERRABLE INITIALLY IMMEDIATE
            """,
            "ALTER TABLE members_membership DROP CONSTRAINT membership_group_of_association",
        )
    ]
