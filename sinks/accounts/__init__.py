"""The contract's tables, one module each, from terms and exact areas."""
