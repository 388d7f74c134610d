"""The cloud month (云上科普月): what can be followed on a screen, and what people ask there.

Owns items (live, video, exhibition, topic), their way through review, and the questions under topics. Does not own
the public pages: `programme` shows what `queries` gives it. Its front door is `actions` and `queries`.
"""
