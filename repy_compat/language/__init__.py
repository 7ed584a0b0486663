"""Text in, code object out; knows no API, no limits and no threads.

The door is :func:`repy_compat.language.compiler.compile_program`. The stations
behind it: ``includes`` (the preprocessor), ``tokens``, ``convert``, ``grammar``
and ``parser`` (Python 2's tree of a text), ``check`` and ``complaints`` (what
is refused, and how that is said), ``meaning`` (the tree in Python 3's terms).
"""
