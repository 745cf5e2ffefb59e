"""The keys of each type in files of os-migrate 1.0.5, as its own code wants and compares them."""

from typing import NamedTuple


class Keys(NamedTuple):
    """The keys that a resource has: all of the parameters, and some facts by name."""

    params: frozenset[str]
    info: frozenset[str]


def _keys(params: str, info: str) -> Keys:
    return Keys(frozenset(params.split()), frozenset(info.split()))


_TIMES = "created_at id project_id revision_number updated_at"
KEYS = {
    "openstack.network.Network": _keys(
        "availability_zone_hints description dns_domain is_admin_state_up is_default"
        " is_port_security_enabled is_router_external is_shared is_vlan_transparent mtu name"
        " provider_network_type provider_physical_network provider_segmentation_id segments tags"
        " qos_policy_ref",
        f"{_TIMES} availability_zones qos_policy_id status subnet_ids",
    ),
    "openstack.subnet.Subnet": _keys(
        "allocation_pools cidr description dns_nameservers gateway_ip host_routes ip_version"
        " ipv6_address_mode ipv6_ra_mode is_dhcp_enabled name service_types tags"
        " use_default_subnet_pool network_ref segment_ref subnet_pool_ref",
        f"{_TIMES} network_id prefix_length segment_id subnet_pool_id",
    ),
    "openstack.network.SecurityGroup": _keys("name description", _TIMES),
    "openstack.network.SecurityGroupRule": _keys(
        "description direction ether_type port_range_max port_range_min protocol remote_ip_prefix"
        " security_group_ref remote_group_ref",
        f"{_TIMES} remote_group_id security_group_id",
    ),
    "openstack.network.Router": _keys(
        "availability_zone_hints description is_admin_state_up is_distributed is_ha name tags"
        " external_gateway_refinfo flavor_ref",
        f"{_TIMES} availability_zones external_gateway_info flavor_id routes status",
    ),
    "openstack.network.RouterInterface": _keys(
        "device_owner device_ref fixed_ips_refs network_ref", "id"
    ),
    "openstack.compute.Keypair": _keys(
        "name public_key type user_ref", "created_at fingerprint id is_deleted user_id"
    ),
    "openstack.compute.Flavor": _keys(
        "description disk ephemeral extra_specs is_public name ram rxtx_factor swap vcpus",
        "id is_disabled",
    ),
    "openstack.identity.Project": _keys(
        "description is_domain is_enabled name domain_ref parent_ref", "domain_id id parent_id"
    ),
    "openstack.user.User": _keys(
        "name description email is_enabled default_project_ref domain_ref",
        "default_project_id domain_id id",
    ),
    "openstack.identity.UserProjectRoleAssignment": _keys(
        "project_ref role_ref user_ref", "id project_id role_id user_id"
    ),
    "openstack.image.Image": _keys(
        "architecture container_format disk_format has_auto_disk_config hash_algo hash_value"
        " hw_cpu_cores hw_cpu_policy hw_cpu_sockets hw_cpu_thread_policy hw_cpu_threads hw_disk_bus"
        " hw_machine_type hw_qemu_guest_agent hw_rng_model hw_scsi_model hw_serial_port_count"
        " hw_video_model hw_video_ram hw_vif_model hw_watchdog_action hypervisor_type"
        " instance_type_rxtx_factor is_hidden is_hw_boot_menu_enabled is_hw_vif_multiqueue_enabled"
        " is_protected min_disk min_ram name needs_config_drive needs_secure_boot os_admin_user"
        " os_command_line os_distro os_require_quiesce os_shutdown_timeout os_type os_version"
        " properties visibility vm_mode vmware_adaptertype vmware_ostype kernel_ref ramdisk_ref",
        "checksum created_at id kernel_id owner_id ramdisk_id size status updated_at virtual_size",
    ),
    "openstack.compute.Server": _keys(
        "availability_zone config_drive description disk_config key_name metadata name user_data"
        " scheduler_hints tags ports flavor_ref floating_ips image_ref security_group_refs volumes",
        "created_at flavor_id id launched_at project_id security_group_ids status updated_at"
        " user_id",
    ),
    "openstack.network.ServerPort": _keys(
        "binding_profile binding_vnic_type mac_address fixed_ips_refs network_ref",
        "device_id device_owner id",
    ),
    "openstack.network.ServerFloatingIP": _keys(
        "description dns_domain dns_name fixed_ip_address floating_ip_address floating_network_ref"
        " qos_policy_ref",
        "created_at floating_network_id id port_id qos_policy_id router_id tags updated_at",
    ),
    "openstack.network.ServerVolume": _keys(
        "availability_zone name description volume_type", "attachments id is_bootable size"
    ),
}
"""By type. A parameter more or less makes os-migrate refuse a file, or update for ever."""

MODES_OF_A_SERVER = {
    "boot_disk_copy": True,
    "boot_volume_params": {
        "availability_zone": None,
        "name": None,
        "description": None,
        "volume_type": None,
    },
    "floating_ip_mode": "auto",
    "port_creation_mode": "nova",
    "data_copy": True,
    "boot_volume": {"uuid": None},
    "additional_volumes": [{"uuid": None}],
    "use_nbdkit_direct": False,
    "nbdkit_socket_uri": None,
    "nbdkit_export_name": None,
}
"""What a server needs among its migration parameters, and what Pumphouse writes there."""
