"""Tests of if and while order any two values, and evaluate what has effects once."""

from __future__ import annotations

from tests.programs27 import run

VALUES = "[None, -1, 1.5, 'a', [1], (1,), {}, 10 ** 30, True]"


def test_all_forms_agree_with_the_plain_comparison() -> None:
    """if, while, elif, assert and expressions give one and the same answer."""
    source = f"""
values = {VALUES}
def by_if(a, b):
  if a < b: return True
  return False
def by_while(a, b):
  while a < b: return True
  return False
def by_else(a, b):
  while a < b: return True
  else: return False
def by_elif(a, b):
  if 0: pass
  elif a < b: x = 1
  else: x = 0
  return x == 1
def by_and(a, b):
  if a < b and not a >= b: return True
  return False
def by_break(a, b):
  for i in range(2):
    if a < b: break
  else: return False
  return True
def by_chain(a, b):
  if a < b < b or a < b: return True
  return False
def by_spill(a, b):
  def get(x): return x
  if get(a) < get(b): return True
  return False
forms = [by_if, by_while, by_else, by_elif, by_and, by_break, by_chain, by_spill]
wrong = 0
for a in values:
  for b in values:
    for form in forms:
      if form(a, b) != (cmp(a, b) < 0): wrong = wrong + 1
print wrong
"""
    assert run(source) == "0\n"


def test_calls_in_a_test_run_once() -> None:
    """A call that is compared runs once, in both directions of the comparison."""
    source = """
calls = []
def get(x):
  calls.append(x)
  return x
if get('a') < get(5): print 'no'
if get(None) < 5 and get([]) < get(''): print 'yes'
while get(None) < 0:
  print calls
  break
"""
    assert run(source) == "yes\n['a', 5, None, [], '', None]\n"


def test_a_failing_operand_fails_as_it_did() -> None:
    """TypeErrors of an operand itself come through."""
    source = """
def f(x):
  if x[0] < 1: return 'less'
  return 'more'
try: f(5)
except TypeError, e: print e
print f([None]), f('b')
"""
    assert run(source) == ("'int' object has no attribute '__getitem__'\nless more\n")


def test_continue_comes_back_to_the_test() -> None:
    """``continue`` evaluates a while's test again; ``else`` runs at its end."""
    source = """
n = 5
seen = []
while n > 'a' or n > 0:
  n = n - 1
  if n == 3: continue
  seen.append(n)
else: seen.append('else')
print seen
"""
    assert run(source) == "[4, 2, 1, 0, 'else']\n"


def test_division_follows_the_operands() -> None:
    """``/`` and ``%`` are inlined for integers and right for everything else."""
    source = """
def div(a, b): return a / b
def mod(a, b): return a % b
print div(7, 2), div(-7, 2), div(7.0, 2), div(7, 2.0), div(True, 2), div(10 ** 20, 3)
print mod(7, 3), mod(-7, 3), mod('%d|', 3), mod(7.5, 2), mod('%s', (1,))
def const(a): return a % 7, a / 7
print const(-8), const(8.5)
def text(a): return a % 5
print text('<%d>')
for args in [('a', 1), (1, 0), (1.0, 0), ([], 2)]:
  try: print div(*args)
  except (TypeError, ZeroDivisionError), e: print e
"""
    assert run(source) == (
        "3 -4 3.5 3.5 0 33333333333333333333\n"
        "1 2 3| 1.5 1\n"
        "(6, -2) (1.5, 1.2142857142857142)\n"
        "<5>\n"
        "unsupported operand type(s) for /: 'str' and 'int'\n"
        "integer division or modulo by zero\n"
        "float division by zero\n"
        "unsupported operand type(s) for /: 'list' and 'int'\n"
    )


def test_kinds_follow_every_binding() -> None:
    """A variable that is a float on some path isn't treated as an integer."""
    source = """
def f(n):
  total = 0
  for i in range(n):
    if i == 2: total = total + 0.5
    total = total + i
  return total / 2
print f(2), f(4)
def g(x):
  k = 1
  k += x
  return k / 2
print g(2), g(2.0), g(4L)
def h():
  a, b = 7, 2.0
  a, b = b, a
  return a / b, b / 2, '%d %s' % (b, b)
print h()
"""
    assert run(source) == "0 3.25\n1 1.5 2\n(0.2857142857142857, 3, '7 7')\n"
