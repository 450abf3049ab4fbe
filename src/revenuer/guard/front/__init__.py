"""What every front that sits in the path itself shares: whom it asks, what it may rewrite, and how it says no."""

from revenuer.guard.front.judge import GuardUnreachableError, Judge
from revenuer.guard.front.settings import FrontSettings, read_settings, settings_from_environment

__all__ = ["FrontSettings", "GuardUnreachableError", "Judge", "read_settings", "settings_from_environment"]
