"""The services of a cloud: one module each, with configuration, migrations and commands."""

from lab.components import barbican, cinder, glance, keystone, neutron, nova, placement

COMPONENTS = (
    keystone.COMPONENT,
    placement.COMPONENT,
    glance.COMPONENT,
    neutron.COMPONENT,
    nova.COMPONENT,
    cinder.COMPONENT,
    barbican.COMPONENT,
)
