"""Results as files: the contract's CSVs, the official workbook and the GeoPackage."""
