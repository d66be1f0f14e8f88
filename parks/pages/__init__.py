"""Pages of the parks on the map."""
