"""The door for other machines: the programme as JSON, described by OpenAPI 3.1.

Owns address, shape and errors of the interface (product contract: names and shapes are fixed); every rule
and every read is the programme's. Front door: `GET /api/v1/activities`, `GET /api/v1/openapi.json`.
"""
