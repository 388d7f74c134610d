"""Pictures of an activity for sharing: a poster with its QR code, and the card that links unfold to.

Drawn on the server with fonts that come with the program, so that Chinese looks the same everywhere.
"""
