"""Official documents (公文): from plain content to Word by GB/T 9704-2012, to PDF, and measured afterwards.

Knows nothing of what a document is about: rooms above hand over a `content.Document`. Its front door: `word.render`,
`pdf.from_word`, `measuring.word.measure`, `measuring.pdf.measure`.
"""
