"""The embedded endpoint as a server of its own, for trying things out."""

from workbench.embedded.fault_injection import FaultRates
from workbench.embedded.server import EndpointServer

__all__ = ["EndpointServer", "FaultRates"]
