"""Hands Lambda@Edge's managed Python runtime over to the Rust program beside this file.

The runtime imports this module before it asks for the first event; exec replaces the interpreter, and the program
speaks the Lambda Runtime API in its place. The handler is never called.
"""
import os

_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bootstrap")

os.execv(_PROGRAM, [_PROGRAM])


def handler(event, context):
    raise RuntimeError("bootstrap did not take over")
