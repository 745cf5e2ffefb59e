"""Files of clouds as operators write them, of each format one."""

CLOUDS_YAML = """\
clouds:
  old:
    profile: ignored
    region_name: RegionOne
    interface: internalURL
    identity_api_version: 3
    auth:
      auth_url: http://old.example:5000/v3
      username: admin
      password: 0123456
      project_name: admin
    pumphouse:
      identity: {connection: "mysql+pymysql://keystone:dbsecret@10.0.0.5/keystone?charset=utf8"}
      environment: Old racks
      urls: {horizon: http://old.example/horizon}
      populate: {num_tenants: 2}
      workloads: {tenants: [{name: acme, users: [{name: ann, password: annsecret}]}]}
  new:
    auth_type: v3applicationcredential
    verify: "False"
    auth:
      auth_url: https://new.example:5000/v3
      application_credential_id: abc
      application_credential_secret: credentialsecret
"""

CONFIG_YAML = """\
DEBUG: true
SERVER_NAME: pumphouse.example.com:8080
CLOUD_RESET: yes
LOGGING: {version: 1}
CLOUD_DRIVER: pumphouse.cloud.Cloud
PARAMETERS:
  volume_tasks_timeout: 300
PLUGINS:
  network: neutron
  provision_server: snapshot
  assignment: fixed
  assignment_parameters:
    roles: [compute]
    disks: [{name: sda, volumes: [{name: os, size: 100}]}]
    ifaces: [{name: eth0, assigned_networks: [storage]}]
cmds:
  ping: {cmd: ping %, input: [public]}
CLOUDS:
  source:
    endpoint: &endpoint
      auth_url: http://172.18.18.2:5000/v2.0/
      username: admin
      password: sourcesecret
      tenant_name: admin
    identity:
      connection: mysql://root:p@ss/word@172.18.18.2/keystone
    environment: Source
    urls: {horizon: http://172.18.18.2/, mos: http://172.18.18.2:8000/}
    populate: {num_tenants: 2, num_servers: 1, num_volumes: 1, volume_size: 1}
    workloads: {images: [{name: cirros}], floating_ips: []}
  destination:
    endpoint:
      <<: *endpoint
      auth_url: http://172.18.18.3:5000/v3
      project_domain_name: Operators
      insecure: true
  fuel:
    endpoint: {host: 10.20.0.2, port: 8443, username: admin, password: fuelsecret}
"""

FLAT_YAML = """\
source:
  endpoint: {auth_url: http://a:5000/v2.0, username: u, password: secret, tenant_name: t}
"""
