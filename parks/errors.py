"""Errors of the parks package.

* ParksError
  - ActivityError (also a ValueError)
  - AssetError (also a ValueError)
  - PowerError (also a ValueError)
  - RegistryError (also a ValueError)
  - SeriesError (also a ValueError)
  - StoreError (also a ValueError)
"""


class ParksError(Exception):
    """Base of every error that parks raises on purpose."""


class ActivityError(ParksError, ValueError):
    """An activity or an indicator is asked for in a way that has no answer."""


class AssetError(ParksError, ValueError):
    """A carbon asset is not what the pipeline can hold."""


class PowerError(ParksError, ValueError):
    """A green-power figure was asked for in a way that has no answer."""


class RegistryError(ParksError, ValueError):
    """A park or a fact is not what a registry can hold, or a file cannot hold the registry."""


class SeriesError(ParksError, ValueError):
    """An energy series has values or periods that cannot be, or is too coarse for what is asked."""


class StoreError(ParksError, ValueError):
    """A store has an energy, power or efficiency that cannot be."""
