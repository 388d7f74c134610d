"""The mailbox: reports that units send by e-mail or as official letters instead of typing them into the form.

Owns what came (letters, kept as they were sent), what was read in them and of which unit and activities they seem to
be. Drafts of summaries are the summaries' own: `summaries.actions.filling` puts in what nobody has typed.
Front door: `actions.taking`, `actions.placing`, `queries`.
"""
