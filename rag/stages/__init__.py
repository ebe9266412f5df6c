"""Stages: functions over values and ports. A stage knows no other stage."""
