"""The five sink zones of the Ordos plan: one more way to divide the land that a run has counted.

Every pixel lies in one zone, so that the zones, with the land that is in none of them, sum to the
league as the decimals written. They are a view: no figure of the inventory depends on them.

Source: 国家碳达峰试点（鄂尔多斯）实施方案, 三（十）1; METHOD D5.
"""

from __future__ import annotations

from .layer import SinkZones, mining_land, read_sink_zones
from .table import sink_zone_table
from .verification import open_sums

__all__ = ["SinkZones", "mining_land", "open_sums", "read_sink_zones", "sink_zone_table"]
