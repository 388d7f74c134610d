"""What an attacker would try, as permanent tests; `docs/security.md` says which test stands for which class."""
