"""Errors of the sinks package.

* SinksError
  - ConfigError (also a ValueError)
  - CoefficientError (also a ValueError)
  - EstimateError (also a ValueError)
  - RegionError (also a ValueError)
  - ResultError (also a ValueError)
"""


class SinksError(Exception):
    """Base of every error that sinks raises on purpose."""


class ConfigError(SinksError, ValueError):
    """An inventory.toml cannot be used."""


class CoefficientError(SinksError, ValueError):
    """A coefficient table contradicts itself or lacks a value that is needed."""


class EstimateError(SinksError, ValueError):
    """An estimate or its uncertainty is outside what the method allows."""


class RegionError(SinksError, ValueError):
    """A region pack is unknown or incomplete."""


class ResultError(SinksError, ValueError):
    """A results folder is incomplete or does not match its manifest."""
