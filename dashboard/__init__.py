"""Pumphouse: moves OpenStack tenants and their hosts from an old cloud to a new one."""

try:
    import pymysql
except ImportError:  # pragma: no cover - only MySQL and MariaDB need it
    pass
else:
    pymysql.install_as_MySQLdb()
