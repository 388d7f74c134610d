"""How everything looks: layouts, components, the rendering of forms, covers, display settings.

Owns no model and no rule. Front door: the templates `ui/base.html` and `ui/desk_base.html`, `templatetags.ui`.
"""
