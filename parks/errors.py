"""Errors of the parks package.

* ParksError
"""


class ParksError(Exception):
    """Base of every error that parks raises on purpose."""
