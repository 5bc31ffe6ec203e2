"""EC2 where moto is less strict.

AWS rejects the deletion of resources in use. moto mostly doesn't, so a wrong order
of deletions would not be detected.
"""

from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.models.nat_gateways import NatGateway

from slow import changes

moto = {
    name: getattr(EC2Backend, name)
    for name in (
        "create_launch_template",
        "create_nat_gateway",
        "delete_nat_gateway",
        "delete_security_group",
        "delete_subnet",
        "delete_vpc",
        "describe_nat_gateways",
        "detach_internet_gateway",
        "disassociate_address",
        "release_address",
        "terminate_instances",
    )
}


def in_use(what, by):
    raise DependencyViolationError(f"{what} has dependencies and cannot be deleted: {by}")


def interfaces(self, of):
    return [eni.id for eni in self.enis.values() if of(eni)]


def delete_subnet(self, subnet_id):
    enis = interfaces(self, lambda eni: eni.subnet.id == subnet_id)
    if enis:
        in_use(f"The subnet '{subnet_id}'", enis)
    return moto["delete_subnet"](self, subnet_id)


def delete_security_group(self, name=None, group_id=None):
    enis = interfaces(self, lambda eni: group_id in [g.id for g in eni.group_set])
    if enis:
        in_use(f"resource {group_id}", enis)
    return moto["delete_security_group"](self, name, group_id)


def delete_vpc(self, vpc_id):
    gateways = [g.id for g in self.internet_gateways.values() if g.vpc and g.vpc.id == vpc_id]
    groups = [g.id for g in self.groups.get(vpc_id, {}).values() if g.name != "default"]
    acls = [a for a in self.network_acls.values() if a.vpc_id == vpc_id]
    others = [a.id for a in acls if not a.default]
    if gateways or groups or others:
        in_use(f"The vpc '{vpc_id}'", gateways + groups + others)
    vpc = moto["delete_vpc"](self, vpc_id)
    for a in acls:
        del self.network_acls[a.id]
    return vpc


def addresses(self, vpc_id):
    """The public addresses in use in a VPC."""
    return [a.public_ip for a in self.addresses if a.eni and a.eni.subnet.vpc_id == vpc_id]


def detach_internet_gateway(self, internet_gateway_id, vpc_id):
    mapped = addresses(self, vpc_id)
    if mapped:
        in_use(f"Network {vpc_id} has some mapped public address(es) and", mapped)
    return moto["detach_internet_gateway"](self, internet_gateway_id, vpc_id)


def release_address(self, address=None, allocation_id=None):
    for a in self.addresses:
        if a.allocation_id == allocation_id and a.eni:
            raise EC2ClientError("InvalidIPAddress.InUse", f"The address {a.public_ip} is in use.")
    return moto["release_address"](self, address, allocation_id)


def disassociate_address(self, address=None, association_id=None):
    for a in self.addresses:
        if association_id and a.association_id == association_id and nat_gateway_of(self, a.eni):
            raise EC2ClientError("AuthFailure", "You do not have permission to access the specified resource.")
    return moto["disassociate_address"](self, address, association_id)


def nat_gateway_of(self, eni):
    return next((n for n in self.nat_gateways.values() if eni and n._eni is eni), None)


def terminate_instances(self, instance_ids):
    ended = moto["terminate_instances"](self, instance_ids)
    for instance, _ in ended:
        for i in interfaces(self, lambda eni: eni.instance is instance):
            del self.enis[i]
    return ended


def create_launch_template(self, name, description, template_data, tag_spec):
    """The template's own tags are not part of its data."""
    specs = template_data.get("TagSpecifications", [])
    template_data["TagSpecifications"] = [s for s in specs if s["ResourceType"] != "launch-template"]
    return moto["create_launch_template"](self, name, description, template_data, tag_spec)


def create_nat_gateway(self, subnet_id, allocation_id, tags=None, connectivity_type="public"):
    nat = moto["create_nat_gateway"](self, subnet_id, allocation_id, tags, connectivity_type)
    attached = any(g.vpc and g.vpc.id == nat.vpc_id for g in self.internet_gateways.values())

    def done():
        nat.state = "available"
        if connectivity_type != "private" and not attached:
            nat.state = "failed"
            release(self, nat)

    nat.state = "pending"
    changes(self).add("nat", done)
    return nat


def delete_nat_gateway(self, nat_gateway_id):
    nat = self.nat_gateways.get(nat_gateway_id)
    if nat is None or nat.state == "deleted":
        raise EC2ClientError("NatGatewayNotFound", f"NatGateway {nat_gateway_id} was not found")

    def done():
        nat.state = "deleted"
        release(self, nat)

    nat.state = "deleting"
    changes(self).add("nat-delete", done)
    return nat


def release(self, nat):
    """Release the interface and the address of a NAT gateway."""
    for a in self.addresses:
        if a.eni is nat._eni:
            a.eni = None
            a.association_id = None
    self.enis.pop(nat._eni.id, None)


def describe_nat_gateways(self, *args, **kwargs):
    changes(self).settle()
    return moto["describe_nat_gateways"](self, *args, **kwargs)


def install():
    # Without it, the Terraform provider doesn't read a NAT gateway's addresses.
    NatGateway.availability_mode = "zonal"
    # moto returns only those of the creation.
    LaunchTemplate.tags = property(lambda self: self.get_tags(), lambda self, _: None)
    for name in moto:
        setattr(EC2Backend, name, globals()[name])
