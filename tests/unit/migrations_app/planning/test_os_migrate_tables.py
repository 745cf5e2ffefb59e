"""The tables of os-migrate's format against openstacksdk, whose objects it writes."""

from collections.abc import Iterator

import pytest
from openstack.block_storage.v3 import volume
from openstack.compute.v2 import flavor, keypair, server
from openstack.identity.v3 import project, user
from openstack.image.v2 import image
from openstack.network.v2 import (
    floating_ip,
    network,
    port,
    router,
    security_group,
    security_group_rule,
    subnet,
)

from dashboard.migrations_app.planning.os_migrate.comparing import is_same, is_unset, is_within
from dashboard.migrations_app.planning.os_migrate.compute_tables import FLOATING_IP, PORT
from dashboard.migrations_app.planning.os_migrate.exporting import read_records
from dashboard.migrations_app.planning.os_migrate.image_table import PROPERTIES
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.planning.os_migrate.parts import RULE_PARAMS
from dashboard.migrations_app.planning.os_migrate.table import PARAMS
from dashboard.migrations_app.planning.os_migrate.tables import TABLES
from dashboard.migrations_app.resources.reader import TenantReader, find_tenant
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)

CLASSES = {
    "project": project.Project,
    "user": user.User,
    "flavor": flavor.Flavor,
    "image": image.Image,
    "keypair": keypair.Keypair,
    "network": network.Network,
    "subnet": subnet.Subnet,
    "router": router.Router,
    "security_group": security_group.SecurityGroup,
    "server": server.Server,
    "volume": volume.Volume,
    "floating_ip": floating_ip.FloatingIP,
    "port": port.Port,
}
BY_TYPE = {table.type: table for table in (*TABLES, FLOATING_IP, PORT)}


@pytest.fixture
def names(clouds: TwoClouds) -> Iterator[Names]:
    session = clouds.source_session
    reader = TenantReader(session, find_tenant(session, NAME))
    return Names(reader, read_records(reader))


def test_each_parameter_has_the_value_that_the_sdk_takes_from_the_same_answer(names: Names):
    compared = 0
    for type_name, sdk_class in CLASSES.items():
        table = BY_TYPE[type_name]
        for record in names.of_type(type_name):
            answer = {name: value for name, value in record.fields.items() if name != "self"}
            theirs = sdk_class.existing(**answer).to_dict()
            ours = table.resource(record, names)[PARAMS]
            for param in table.params:
                if theirs.get(param) is not None and param not in ("config_drive", "swap"):
                    assert is_same(theirs[param], ours[param]), f"{type_name}.{param}"
                    compared += 1
    assert compared > 100


def test_the_properties_of_images_are_those_that_the_sdk_knows_by_another_name():
    known = image.Image._body_mapping()
    assert {known[ours]: ours for ours in PROPERTIES.values()} == PROPERTIES


def test_the_parameters_of_rules_are_those_of_the_sdk():
    known = security_group_rule.SecurityGroupRule._body_mapping()
    assert {known[ours]: ours for ours in RULE_PARAMS.values()} == RULE_PARAMS


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        ([2, 1], [1, 2], True),
        (True, "true", True),
        (2, "2", True),
        (None, [], True),
        ("Net", "net", False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
    ],
)
def test_values_are_equal_whatever_their_kind_but_not_their_parts(theirs, ours, same: bool):
    assert is_same(theirs, ours) == same


def test_what_a_file_does_not_say_of_another_object_is_no_difference():
    ours = {"name": "net", "project_name": "%auth%", "domain_name": "%auth%"}
    assert is_within({"name": "net", "project_name": "shop", "domain_name": None}, ours)
    assert is_within({"name": "%auth%", "project_name": None}, ours)
    assert not is_within({"name": "other"}, ours)
    assert is_within([{"ip": "10.0.0.2", "subnet_ref": None}], [{"ip": "10.0.0.2", "mac": "x"}])
    assert not is_within([{"ip": "10.0.0.2"}], [{"ip": "10.0.0.2"}, {"ip": "10.0.0.3"}])


def test_defaults_with_nothing_in_them_are_unset():
    assert is_unset([{"uuid": None}]) and is_unset({"uuid": None}) and is_unset(value=False)
    assert not is_unset([{"uuid": "v-1"}])
