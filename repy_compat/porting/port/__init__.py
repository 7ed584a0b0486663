"""What a Python 2 program that uses Repy libraries needs for Python 3: ``repy port``."""
