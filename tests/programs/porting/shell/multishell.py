#!/usr/bin/env python2.7
"""
A small shell for many targets at once, in Python 2 with Repy's libraries.

Usage: multishell.py WORKERS < commands

Each command is carried out for all targets in parallel. Targets are names; what a
target answers is worked out here, so that the shell can be tried without a network:
a name beginning with "bad" is broken, one beginning with "slow" takes its time.
"""

import sys
from repyportability import *
import repyhelper
repyhelper.translate_and_import("parallelize.repy")

TIMEOUT = 0.4

targets = []
settings = {'workers': int(sys.argv[1]), 'count': 0L}


class TargetError(Exception):
  pass


# --- what a target does ------------------------------------------------------

def do_echo(target, words):
  return " ".join(words)


def do_sum(target, words):
  total = 0
  for word in words:
    total += int(word)
  return total


def do_mean(target, words):
  numbers = map(int, words)
  return sum(numbers) / len(numbers)


def do_size(target, words):
  # What goes to a node and comes back is bytes, text is not.
  return len(target) + len("".join(words))


ACTIONS = {'echo': do_echo, 'sum': do_sum, 'mean': do_mean, 'size': do_size}


def contact(target, name, words):
  """Carries out one command for one target."""
  if target.startswith("bad"):
    raise TargetError, "%s is broken" % target
  if target.startswith("slow"):
    sleep(TIMEOUT * 3)
  return ACTIONS[name](target, words)


# --- all targets at once -------------------------------------------------------

def run_on_all(name, words):
  """Returns {target: (state, text)} for all targets."""
  handle = parallelize_initfunction(targets, contact, settings['workers'], name, words)
  start = getruntime()
  while not parallelize_isfunctionfinished(handle):
    if getruntime() - start > TIMEOUT:
      parallelize_abortfunction(handle)
      break
    sleep(0.01)
  results = parallelize_getresults(handle)
  parallelize_closefunction(handle)

  table = {}
  for target in targets:
    table[target] = ("late", "no answer in time")
  for target, text in results['exception']:
    table[target] = ("error", text)
  for target, value in results['returned']:
    table[target] = ("ok", `value`)
  for target in results['aborted']:
    if not table.has_key(target):
      table[target] = ("late", "not asked")
  return table


def show(table):
  counts = {}
  for target, (state, text) in sorted(table.iteritems()):
    print "%-8s" % target, state.ljust(6), text
    counts[state] = counts.get(state, 0) + 1
  states = counts.keys()
  states.sort()
  print "--", ", ".join(map(lambda state: "%s: %d" % (state, counts[state]), states)),
  print "(%d%% answered)" % percent(counts.get('ok', 0), len(table))


def percent(part, whole):
  return 100 * part / whole


# --- the shell -------------------------------------------------------------------

def command(line):
  words = line.split()
  if words[0] == 'targets':
    targets[:] = words[1:]
    print len(targets), "targets"
  elif words[0] == 'workers':
    settings['workers'] = int(words[1])
  elif ACTIONS.has_key(words[0]):
    show(run_on_all(words[0], words[1:]))
  else:
    raise ValueError, "no such command: %s" % words[0]
  settings['count'] += 1


def main():
  while True:
    try:
      line = raw_input()
    except EOFError:
      break
    if not line.strip() or line[0] == '#':
      continue
    print ">", line
    try:
      command(line)
    except (ValueError, IndexError), e:
      print >>sys.stdout, "error:", e
  print "%d commands" % settings['count']


if __name__ == '__main__':
  main()
