"""``pumphouse clouds``."""

from argparse import Namespace

from dashboard.cli.command import OK, Command
from dashboard.cli.screen import Screen
from dashboard.hosts_app.models import Cloud


class CloudsCommand(Command):
    """List the clouds that are known and how they were last found."""

    name = "clouds"

    def run(self, options: Namespace, screen: Screen) -> int:
        """Show what the rows say; ``tenants --refresh`` looks at a cloud."""
        clouds = list(Cloud.objects.all())
        rows = [
            (cloud.name, cloud.get_state_display(), cloud.auth_url, cloud.explanation)
            for cloud in clouds
        ]
        if not clouds:
            screen.tell("No cloud is known. Name a clouds.yaml as the first argument.")
        screen.table("Cloud", "State", "Address", "", rows=rows)
        screen.answer({"clouds": [_document(cloud) for cloud in clouds]})
        return OK


def _document(cloud: Cloud) -> dict[str, object]:
    return {
        "name": cloud.name,
        "state": cloud.state,
        "explanation": cloud.explanation,
        "auth_url": cloud.auth_url,
        "region": cloud.region,
        "services": cloud.services,
        "can_copy_passwords": cloud.can_copy_passwords,
        "checked_at": cloud.checked_at,
    }
