from tests.conftest import Tiers


def test_the_database_is_in_the_database_subnets_and_group(prod: Tiers) -> None:
    database = prod["database"]
    subnets = database.only("aws_db_subnet_group")["subnet_ids"]
    assert len(subnets) == 3
    assert all("vpc_database_subnet" in subnet for subnet in subnets)
    (group,) = database.only("aws_db_instance")["vpc_security_group_ids"]
    assert "security-groups_database" in group


def test_the_database_uses_the_data_key_and_its_logs_the_logs_key(prod: Tiers) -> None:
    database = prod["database"]
    assert "data_key" in database.only("aws_db_instance")["kms_key_id"]
    for group in database.resources("aws_cloudwatch_log_group").values():
        assert "logs_key" in group["kms_key_id"]


def test_the_parameter_group_is_attached(prod: Tiers) -> None:
    database = prod["database"]
    (id_,) = database.resources("aws_db_parameter_group")
    attached = database.only("aws_db_instance")["parameter_group_name"]
    assert attached == f"${{aws_db_parameter_group.{id_}.name}}"


def test_rds_monitoring_is_trusted_for_the_platform_s_instances_alone(prod: Tiers) -> None:
    trust = prod["database"].only("aws_iam_role")["assume_role_policy"]
    assert "arn:aws:rds:us-west-2:123456789012:db:prod-349081-*" in trust
