from django.db import migrations

from portal.lib.sealed import keyed_digest


def key_digests(apps, schema_editor):
    requests = apps.get_model("api", "KeyedRequest").objects.only("digest")
    for request in requests.iterator():
        request.digest = keyed_digest(request.digest, "repeated request")
        request.save(update_fields=["digest"])


class Migration(migrations.Migration):
    dependencies = [("api", "0002_keys_are_texts")]
    # A digest that is keyed does not become plain again: going back, a repeated request is another one.
    operations = [migrations.RunPython(key_digests, migrations.RunPython.noop)]
