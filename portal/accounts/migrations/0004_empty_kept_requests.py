from django.db import migrations

# django-axes kept the body and the query of a request whose sign-in failed, with the passwords in it; and a
# name that nobody has may be a password, typed one field too early. Emptied whole, so that nothing stays in the
# file of the table either; a lock in force is lifted by it. The constraint holds whatever a later axes writes.
FORWARD = """
TRUNCATE axes_accessattempt CASCADE;
ALTER TABLE axes_accessattempt ADD CONSTRAINT accounts_no_request_is_kept
    CHECK (get_data = '' AND post_data = '' AND path_info = '' AND http_accept = '');
UPDATE axes_accessfailurelog AS failed SET path_info = '', http_accept = '',
    username = CASE WHEN EXISTS (SELECT FROM accounts_user AS someone WHERE someone.username = failed.username)
        THEN failed.username ELSE '?' END;
"""
BACK = "ALTER TABLE axes_accessattempt DROP CONSTRAINT accounts_no_request_is_kept"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_links_sign_ins_and_teams"),
        ("axes", "0010_accessattemptexpiration"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
