"""Settings that all tests share: no test fails because the machine is slow."""

from hypothesis import HealthCheck, settings

# On a loaded machine an example may take any time, and so may drawing one.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
