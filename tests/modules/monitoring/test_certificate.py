from modules.monitoring.certificate import expiry_alarm


def test_an_expired_certificate_does_not_look_well_because_it_is_silent() -> None:
    alarm = expiry_alarm("arn:certificate", purpose="expiry")
    assert alarm.comparison_operator == "LessThanThreshold"
    assert alarm.treat_missing_data == "ignore"
