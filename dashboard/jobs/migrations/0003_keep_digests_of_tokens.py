"""Replaces API tokens, which rest_framework.authtoken kept as they are, by their digests."""


from django.conf import settings
from django.db import migrations
from django.utils import timezone
from knox.crypto import hash_token
from knox.settings import CONSTANTS

TABLE = "authtoken_token"


def keep_digests(apps, schema_editor):
    """Have tokens that scripts have go on being good, and drop the table that shows them."""
    connection = schema_editor.connection
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {schema_editor.quote_name('key')}, user_id FROM {TABLE}")
        tokens = cursor.fetchall()
        apps.get_model("knox", "AuthToken").objects.bulk_create(
            _row(apps, token, user_id) for token, user_id in tokens
        )
        cursor.execute(f"DROP TABLE {TABLE}")


def _row(apps, token, user_id):
    return apps.get_model("knox", "AuthToken")(
        digest=hash_token(token),
        token_key=token[: CONSTANTS.TOKEN_KEY_LENGTH],
        user_id=user_id,
        expiry=timezone.now() + settings.REST_KNOX["TOKEN_TTL"],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_sweep_each_minute"),
        ("knox", "0009_extend_authtoken_field"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(keep_digests, migrations.RunPython.noop)]
