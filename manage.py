"""The same program as `kepuyue`, by Django's usual name."""

from kepuyue.cli import main

if __name__ == "__main__":
    main()
