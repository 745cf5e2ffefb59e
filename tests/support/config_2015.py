"""A configuration with every key of the examples of 2015, and their anchors."""

CONFIG_2015 = """\
DEBUG: false
SERVER_NAME: 127.0.0.1:5000
BIND_HOST: 127.0.0.1:5000
CLOUD_DRIVER: pumphouse.fake.Cloud
IDENTITY_DRIVER: pumphouse.fake.Identity
CLOUD_SERVICE: pumphouse.fake.Service
CLOUDS_RESET: true
PLUGINS:
    migrate_disk: image
    assignment_parameters:
        roles: [compute, ceph-osd]
        disks: [{name: sda, volumes: [{name: os, size: 1024}]}]
        ifaces: [{name: eth1, assigned_networks: [public, {name: storage}]}]
cmds:
    ping: &ping
        cmd: "ping %"
    ssh: &ssh
        cmd: "echo y | nc % 22"
CLOUDS:
    source:
        endpoint: &endpoint
            auth_url:    http://127.0.0.1:5000/v2.0
            username:    admin
            password:    a-secret-of-2015
            tenant_name: admin
        identity:
            connection:  mysql+mysqlconnector://root:a-secret@127.0.0.1/keystone
        fake: {delays: true, num_hypervisors: 6}
        populate: {num_servers: 3, num_tenants: 3}
        urls:
            horizon: http://127.0.0.1/
        workloads:
            flavors:
              - &small
                name: pumphouse-flavor-0001-small
                ram: 1024
                vcpu: 1
                disk: 10
            images:
              - &image
                name: pumphouse-test-image-0001
                url: http://192.0.2.1/cirros-0.3.2-x86_64-disk.img
            tenants:
              - name: pumphouse-test-0001
                description: "pumphouse test tenant 0001"
                username: pumphouse-test-user-0001
                servers:
                  - name: pumphouse-test-instance-0001
                    flavor: {<<: *small}
                    image:
                      <<: *image
                    pre-actions: &health_checks
                        -
                            - <<: *ping
                              input: [public, private]
                            - <<: *ssh
                              input: [public, private]
                    post-actions:
                        <<: *health_checks
    destination:
        endpoint: *endpoint
        urls:
            mos: http://127.0.0.1:8000/
"""
