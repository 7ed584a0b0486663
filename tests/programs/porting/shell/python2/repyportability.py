"""What the example needs of the Repy API, for Python 2.7 alone."""

import threading
import time

_START = time.time()
mycontext = {}


def getruntime():
  return time.time() - _START


def sleep(seconds):
  time.sleep(seconds)


def getlock():
  return threading.Lock()


def settimer(waittime, function, args):
  timer = threading.Timer(waittime, function, args)
  timer.setDaemon(True)
  timer.start()
  return timer
