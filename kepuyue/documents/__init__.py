"""Official documents (公文): set by GB/T 9704-2012 as Word and PDF, measured, numbered, frozen, filed.

Knows nothing of what a document is about: rooms above register kinds (`kinds.register`) and press
`actions.issuing.issue`, or let people begin drafts at the desk. Front door of the setting: `word.render`,
`pdf.from_word`, `measuring.word.measure`, `measuring.pdf.measure`.
"""
