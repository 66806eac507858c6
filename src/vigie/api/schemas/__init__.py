"""What the API is told and what it tells, as types: one module an area, beside the operations of that area."""
