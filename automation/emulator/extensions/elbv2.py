"""Load balancers: what they refuse, and the scheme of one that leaves it open.

moto gives such a load balancer none, where AWS makes it face the internet.
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
"""

from collections.abc import Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.elbv2.models import ELBv2Backend, FakeListener, FakeLoadBalancer, FakeTargetGroup
from moto.elbv2.responses import ELBV2Response

from automation.emulator.extensions import acm, networks
from automation.emulator.extensions.cloudfront import CloudFront
from automation.emulator.extensions.double import Refused

_ZONES = 2
_UNSUPPORTED = (
    "must have a fully-qualified domain name, a supported signature, and a supported key size."
)


class Elbv2(ELBV2Response):
    """Load balancers that know what they need, and who needs them."""

    def create_load_balancer(self) -> ActionResult:
        """One subnet in each of two zones at least, and a way to the internet for who faces it.

        A name is taken, unless the very same is asked for: then AWS answers with what is there.
        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
        """
        given = self._get_params()
        self._check_subnets(given)
        for each in self.elbv2_backend.load_balancers.values():
            if each.name == given["Name"]:
                if _is_same(each, given):
                    return ActionResult({"LoadBalancers": [each]})
                message = f"A load balancer with the same name '{each.name}' exists, but with"
                raise Refused("DuplicateLoadBalancerName", f"{message} different settings")
        return super().create_load_balancer()

    def _check_subnets(self, given: dict[str, Any]) -> None:
        ec2 = ec2_backends[self.current_account][self.region]
        mapped = [each["SubnetId"] for each in given.get("SubnetMappings") or ()]
        subnets = [ec2.get_subnet(each) for each in given.get("Subnets") or mapped]
        if given.get("Type", "application") != "application" or not subnets:
            return
        zones = {each.availability_zone for each in subnets}
        if len(zones) < len(subnets):
            message = "A load balancer cannot be attached to multiple subnets in the same"
            raise Refused("InvalidConfigurationRequest", f"{message} Availability Zone")
        if len(zones) < _ZONES:
            message = "At least two subnets in two different Availability Zones must be specified"
            raise Refused("ValidationError", message)
        vpc = subnets[0].vpc_id
        reached = ec2.get_vpc(vpc).is_default or networks.gateways(ec2, vpc)
        if given.get("Scheme") != "internal" and not reached:
            raise Refused("InvalidSubnet", f"VPC {vpc} has no internet gateway")

    def delete_load_balancer(self) -> ActionResult:
        """One that is protected stays, and so does one that CloudFront asks through a VPC origin.

        What AWS does with the latter is not documented: nobody should have to find out.
        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
        """
        arn = self._get_param("LoadBalancerArn")
        found = self.elbv2_backend.load_balancers.get(arn)
        if found is not None and found.attrs.get("deletion_protection.enabled") == "true":
            message = f"Load balancer '{arn}' cannot be deleted because deletion protection"
            raise Refused("OperationNotPermitted", f"{message} is enabled")
        if CloudFront.is_vpc_origin(arn):
            message = f"Load balancer '{arn}' cannot be deleted because it is currently associated"
            raise Refused("ResourceInUse", f"{message} with another service")
        return super().delete_load_balancer()

    def create_listener(self) -> ActionResult:
        """A port has one listener, and a listener certificates that are issued.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
        """
        arn, port = self._get_param("LoadBalancerArn"), self._get_param("Port")
        found = self.elbv2_backend.load_balancers.get(arn)
        if found and any(str(each.port) == str(port) for each in found.listeners.values()):
            message = "A listener already exists on this port for this load balancer"
            raise Refused("DuplicateListener", f"{message} '{arn}'")
        if self._get_param("Protocol") == "HTTPS" and not self._get_param("Certificates", []):
            message = "A certificate must be specified for HTTPS listeners"
            raise Refused("ValidationError", message)
        self._need_certificates()
        self._need_free_target_groups(arn, self._get_param("DefaultActions", []))
        return super().create_listener()

    def modify_listener(self) -> ActionResult:
        """Certificates that are issued.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html
        """
        self._need_certificates()
        arn = _balancer(self._get_param("ListenerArn"))
        self._need_free_target_groups(arn, self._get_param("DefaultActions", []))
        return super().modify_listener()

    def add_listener_certificates(self) -> ActionResult:
        """Certificates that are issued.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddListenerCertificates.html
        """
        self._need_certificates()
        return super().add_listener_certificates()

    def create_rule(self) -> ActionResult:
        """Target groups that no other load balancer has.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
        """
        arn = _balancer(self._get_param("ListenerArn"))
        self._need_free_target_groups(arn, self._get_param("Actions", []))
        return super().create_rule()

    def create_target_group(self) -> ActionResult:
        """A name is taken, unless the very same is asked for: then AWS answers with what is there.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
        """
        name = self._get_param("Name")
        for group in self.elbv2_backend.target_groups.values():
            if group.name == name:
                if all(_has(group, *each) for each in self._get_params().items()):
                    return ActionResult({"TargetGroups": [group]})
                message = f"A target group with the same name '{name}' exists, but with different"
                raise Refused("DuplicateTargetGroupName", f"{message} settings")
        return super().create_target_group()

    def delete_target_group(self) -> ActionResult:
        """What is in use stays.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html
        """
        arn = self._get_param("TargetGroupArn")
        if any(users(self.elbv2_backend, arn)):
            message = f"Target group '{arn}' is currently in use by a listener or a rule"
            raise Refused("ResourceInUse", message)
        return super().delete_target_group()

    def _need_certificates(self) -> None:
        for each in self._get_param("Certificates", []):
            arn = each["CertificateArn"]
            if ":acm:" not in arn:
                continue
            found = acm.find(arn)
            if found is None or arn.split(":")[3] != self.region:
                raise Refused("CertificateNotFound", f"Certificate '{arn}' not found")
            if found.status != "ISSUED":
                raise Refused("UnsupportedCertificate", f"The certificate '{arn}' {_UNSUPPORTED}")

    def _need_free_target_groups(self, balancer: str, actions: list[dict[str, Any]]) -> None:
        """A target group works for one load balancer.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
        """
        for group in _target_groups(actions):
            if set(users(self.elbv2_backend, group)) - {balancer}:
                message = (
                    "The following target groups cannot be associated with more than one load"
                    f" balancer: {group}"
                )
                raise Refused("TargetGroupAssociationLimit", message)


def users(backend: ELBv2Backend, group: str) -> Iterable[str]:
    """The ARNs of the load balancers whose listeners or rules name a target group."""
    for balancer in backend.load_balancers.values():
        if any(group in _forwarded(each) for each in balancer.listeners.values()):
            yield balancer.arn


def _is_same(balancer: FakeLoadBalancer, given: dict[str, Any]) -> bool:
    """Whether a load balancer is as it is asked for."""
    subnets = {each.id for each in balancer.subnets}
    return (
        balancer.scheme == (given.get("Scheme") or "internet-facing")
        and subnets == set(given.get("Subnets") or ())
        and set(balancer.security_groups or ()) == set(given.get("SecurityGroups") or ())
    )


def _forwarded(listener: FakeListener) -> set[str]:
    actions = [*listener.default_actions]
    actions += [action for rule in listener._non_default_rules.values() for action in rule.actions]
    return set(_target_groups([action.data for action in actions]))


def _target_groups(actions: Iterable[dict[str, Any]]) -> Iterable[str]:
    for action in actions:
        if "TargetGroupArn" in action:
            yield action["TargetGroupArn"]
        for group in action.get("ForwardConfig", {}).get("TargetGroups", ()):
            yield group["TargetGroupArn"]


def _balancer(listener: str) -> str:
    """The ARN of a listener's load balancer."""
    return listener.rpartition("/")[0].replace(":listener/", ":loadbalancer/")


_SETTINGS = {
    "Port": "port",
    "Protocol": "protocol",
    "VpcId": "vpc_id",
    "TargetType": "target_type",
    "HealthCheckPath": "health_check_path",
}


def _has(group: FakeTargetGroup, name: str, value: Any) -> bool:
    return name not in _SETTINGS or str(getattr(group, _SETTINGS[name], None)) == str(value)


def install() -> None:
    """Give a load balancer AWS's default scheme."""
    create = ELBv2Backend.create_load_balancer

    def create_with_scheme(self: ELBv2Backend, *args: Any, **kwargs: Any) -> FakeLoadBalancer:
        kwargs["scheme"] = kwargs.get("scheme") or "internet-facing"
        return create(self, *args, **kwargs)

    ELBv2Backend.create_load_balancer = create_with_scheme  # type: ignore[method-assign]
