from io import StringIO

from django.core.management import call_command


def test_schema_is_valid_and_has_no_warnings():
    schema = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=schema)

    assert "/api/v1/associations/{code}/quotas/what-if/:" in schema.getvalue()


def test_every_operation_names_its_refusals_and_its_sign_in(client, office):
    client.force_login(office)

    schema = client.get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).json()

    operations = [each for methods in schema["paths"].values() for each in methods.values()]
    assert operations
    for operation in operations:
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert {"token": []} in operation["security"]
        assert "description" not in operation


def test_docs_come_from_this_server_alone(client, office):
    client.force_login(office)

    page = client.get("/api/v1/docs/").content.decode()
    script = client.get("/api/v1/docs/?script").content.decode()

    assert "<style" not in page
    assert "//" not in page.replace("<!DOCTYPE html>", "")
    assert "/api/v1/schema/" in script or "../schema/" in script
