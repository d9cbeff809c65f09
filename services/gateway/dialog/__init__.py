"""The conversation as pure functions: text to intent, intent and facts to answer.

The same for every chat channel. `parse.understand` reads a text, `turns.needs` says which facts
its answer needs, `turns.answer` gives the answer and what is to be asked of booking.
"""
