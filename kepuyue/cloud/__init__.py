"""The cloud month (云上科普月): what can be followed on a screen, and what people ask there."""
