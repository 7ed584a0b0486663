"""What the example needs of repyhelper, for Python 2.7 alone.

The libraries are looked for in the folder that SEATTLELIB names.
"""

import os
import sys

import repyportability

_modules = {}


def _load(name):
  if name not in _modules:
    space = dict(vars(repyportability))
    _modules[name] = space
    lines = []
    for line in open(os.path.join(os.environ['SEATTLELIB'], name)):
      if line.startswith("include "):
        line = "_include(%r)\n" % line.split()[1]
      lines.append(line)
    space['_include'] = lambda inner: space.update(_public(inner))
    exec "".join(lines) in space
  return _modules[name]


def _public(name):
  return dict((key, value) for key, value in _load(name).items() if key[0] != '_')


def translate_and_import(name):
  sys._getframe(1).f_globals.update(_public(name))
