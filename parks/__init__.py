"""Zero- and low-carbon industrial parks beside the ecosystem inventory."""

from .errors import ParksError

__all__ = ["ParksError"]
