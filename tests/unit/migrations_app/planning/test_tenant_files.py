"""Files of os-migrate over the API and the pages: what is taken, and what is refused at once."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.migrations_app.models import Plan, Tenant, TenantFiles
from dashboard.migrations_app.planning.os_migrate.archives import archive_of, texts_of
from tests.support import rows

pytestmark = pytest.mark.django_db

TEXT = """\
os_migrate_version: 1.0.5
resources:
- type: openstack.compute.Server
  params: {name: web, user_data: c2VjcmV0}
  _info: {id: 1b2c, project_id: PROJECT}
  _migration_params: {}
"""


@pytest.fixture
def tenant() -> Tenant:
    old, _ = rows.two_clouds()
    return rows.tenant_of(old)


def user(role: str) -> User:
    return User.objects.filter(username=role).first() or rows.user_with(role)


def api_of(role: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(user(role))
    return client


def archive(tenant: Tenant, text: str = TEXT) -> bytes:
    return archive_of({"workloads.yml": text.replace("PROJECT", tenant.project_id)})


def post(content: bytes, role: str = "operator", query: str = "source=old&destination=new"):
    path = f"/api/plans/from-files/?{query}"
    return api_of(role).generic("POST", path, content, content_type="application/zip")


def upload(tenant: Tenant, content: bytes, name: str = "shop.zip", role: str = "operator"):
    client = Client()
    client.force_login(user(role))
    destination = Cloud.objects.get(name="new")
    file = SimpleUploadedFile(name, content)
    body = {"file": file, "destination": destination.pk}
    return client.post(f"{tenant.get_absolute_url()}plan-from-files/", body, follow=True)


def test_the_api_plans_from_an_archive_whose_user_data_it_does_not_keep(tenant):
    answer = post(archive(tenant))
    assert answer.status_code == 202, answer.data
    plan = Plan.objects.get(pk=answer.data["plan"])
    assert (plan.tenant_id, plan.destination.name) == (tenant.project_id, "new")
    kept = TenantFiles.objects.get(plan=plan).texts["workloads.yml"]
    assert "c2VjcmV0" not in kept and "user_data: null" in kept


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("os_migrate_version: [", "workloads.yml, line 1"),
        ("os_migrate_version: 0.9\n", "Only the format of os-migrate 1.0 is known here."),
        (TEXT.replace("_info:", "_inof:"), "workloads.yml, line 5 (resources[0]._inof)"),
        (TEXT.replace("project_id: PROJECT", "size: 1"), "The files are of no project."),
    ],
)
def test_a_bad_file_is_refused_with_file_line_and_key(tenant, text, told):
    answer = post(archive(tenant, text))
    assert answer.status_code == 400
    assert told in answer.data["error"]
    assert not Plan.objects.exists()


def test_the_api_refuses_what_is_no_archive_unknown_clouds_and_viewers(tenant):
    assert post(b"no archive").data["error"] == "The body is no zip or tar archive."
    assert post(archive(tenant), query="source=old").status_code == 400
    assert post(archive(tenant), query="source=old&destination=x").status_code == 404
    assert post(archive(tenant), role="viewer").status_code == 403
    assert not Plan.objects.exists()


def test_the_page_plans_from_an_archive_or_shows_what_is_wrong(tenant):
    assert b"shop.zip has no YAML files." in upload(tenant, archive_of({"a.txt": ""})).content
    assert upload(tenant, archive(tenant), role="viewer").status_code == 403
    assert not Plan.objects.exists()
    page = upload(tenant, archive(tenant))
    plan = Plan.objects.get()
    assert page.redirect_chain[-1][0] == plan.get_absolute_url()


def test_an_export_is_started_by_the_api_and_downloaded_from_api_and_page(tenant):
    viewer = api_of("viewer")
    path = f"/api/tenants/{tenant.pk}"
    assert viewer.get(f"{path}/files/").status_code == 404
    assert viewer.post(f"{path}/export/").status_code == 403
    assert api_of("operator").post(f"{path}/export/").status_code == 202
    assert Job.objects.get().kind == "export"
    TenantFiles.objects.create(tenant=tenant, texts={"networks.yml": "resources: []\n"})
    answer = viewer.get(f"{path}/files/", HTTP_ACCEPT="application/zip")
    assert answer.headers["Content-Type"] == "application/zip"
    assert [*texts_of(answer.content, name="it")] == ["networks.yml"]
    pages = Client()
    pages.force_login(user("viewer"))
    assert pages.get(f"{tenant.get_absolute_url()}files/").content == answer.content
