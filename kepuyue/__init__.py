"""kepuyue (科普月): one system with which a city runs its science month. See docs/architecture.md."""

__version__ = "0.1.0"
