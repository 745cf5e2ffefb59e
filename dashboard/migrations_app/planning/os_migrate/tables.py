"""All tables, in the order in which os-migrate imports their files."""

from dashboard.migrations_app.planning.os_migrate.compute_tables import (
    FLAVOR,
    KEYPAIR,
    SERVER,
    VOLUME,
)
from dashboard.migrations_app.planning.os_migrate.identity_tables import (
    PROJECT,
    ROLE_ASSIGNMENT,
    USER,
)
from dashboard.migrations_app.planning.os_migrate.image_table import IMAGE
from dashboard.migrations_app.planning.os_migrate.network_tables import (
    NETWORK,
    ROUTER,
    SECURITY_GROUP,
    SUBNET,
)

TABLES = (
    *(PROJECT, USER, ROLE_ASSIGNMENT, FLAVOR, IMAGE, KEYPAIR),
    *(NETWORK, SUBNET, ROUTER, SECURITY_GROUP, SERVER, VOLUME),
)
