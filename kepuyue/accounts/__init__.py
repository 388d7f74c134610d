"""People: sign-in, their name, language and address. Owns no role (that is `organizations`).

Front door: `models.User`, `middleware.SignInRequiredMiddleware`.
"""
