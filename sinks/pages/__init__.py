"""Pages of the map: read widgets, call one function, show."""
