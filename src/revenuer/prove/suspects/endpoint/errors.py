"""What can go wrong with a suspect behind a network, by what the user does next."""

from revenuer.records import RevenuerError


class EndpointError(RevenuerError):
    """The endpoint did not answer, or not for us: what it did answer is in the exchange log; run the same command again to go on."""


class WireError(ValueError):
    """A body is not what the interface promises: the exchange is tried again."""
