"""One run of the month: theme, period, key dates, classifications, policies, notice and marks.

All of it is data, loaded from a validated folder (`editions/<code>/`). Front door: `queries.current_edition`,
`folder.check`, `actions.loading.load`.
"""
