"""The guard over HTTP: the routes that gateways ask, and the server that carries them."""

from revenuer.guard.http.bounds import Bounds
from revenuer.guard.http.gate import Gate
from revenuer.guard.http.keys import KeyRing, Role
from revenuer.guard.http.metrics import Metrics
from revenuer.guard.http.openapi import openapi
from revenuer.guard.http.service import Service

__all__ = ["Bounds", "Gate", "KeyRing", "Metrics", "Role", "Service", "openapi"]
