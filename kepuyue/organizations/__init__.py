"""Who belongs where and may do what: districts, the tree of units, memberships, roles and permissions.

Every question "may this person do that?" in any room is answered by `permissions.may`. Front door:
`permissions`, `queries`, `actions.units`, `actions.members`.
"""
