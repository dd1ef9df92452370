"""The embedded endpoint as a server of its own, for trying things out."""

from workbench.embedded.server import EndpointServer
from workbench.embedded.trouble import Trouble

__all__ = ["EndpointServer", "Trouble"]
