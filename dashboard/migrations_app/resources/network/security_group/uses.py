"""Who else uses a security group on the destination."""

from dashboard.migrations_app.resources.network.common.ports_of_others import port_of_others
from dashboard.migrations_app.resources.work import Work

_FILTERING = "port-security-groups-filtering"


def use_by_others(work: Work) -> str:
    """Return in words a port with the group, or a rule that names it, which is not this plan's.

    Neutron deletes a rule with the group that it names, without a word. "" where there is none.
    """
    cloud, id_ = work.destination, work.destination_id
    aliases = {each["alias"] for each in cloud.list("network", "/extensions", "extensions")}
    # before Stein ports cannot be asked for by their groups
    query = {"security_groups": id_} if _FILTERING in aliases else {"project_id": work.project_id}
    if port := port_of_others(work, of_group=id_, **query):
        return port
    rules = cloud.list(
        "network", "/security-group-rules", "security_group_rules", remote_group_id=id_
    )
    for rule in rules:
        if not work.is_ours("security_group", rule["security_group_id"]):
            return f"a rule of security group {rule['security_group_id']} names it"
    return ""
