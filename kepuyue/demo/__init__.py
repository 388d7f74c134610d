"""Demonstration mode only: real activities moved into the month, a clock that jumps, accounts to try.

Installed only where KEPUYUE_DEMO is set; outside it none of this exists. Everything made here has the origin
`demo`, and pages say 演示数据 beside it. Owns no rule of the product: it presses the same actions as people
do. Front door: `actions.seeding.seed`, `stages`, `accounts`.
"""
