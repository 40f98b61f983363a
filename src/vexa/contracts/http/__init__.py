"""Bodies of the public HTTP interface, one module per resource."""
