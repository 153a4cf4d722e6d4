"""Alarms, dashboards and traces."""
