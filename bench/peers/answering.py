"""A peer as a long-lived process: one JSON request a line on stdin, one JSON answer a line on the stdout it was born with."""
import json
import os
import sys
import time

# Libraries print to stdout as they please: answers get a channel of their own, everything else goes to stderr.
_answers = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)


def say(document):
    _answers.write(json.dumps(document) + '\n')
    _answers.flush()


def peak_memory_bytes():
    """VmHWM: the most physical memory this process ever held; null where the system does not tell."""
    try:
        with open('/proc/self/status') as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith('VmHWM'))
    except (OSError, StopIteration):
        return None


def answer_steps(step, finish=lambda: None, **about):
    """Says `about`, then answers {"steps": n} with {"seconds", "peakMemoryBytes"} until stdin ends.

    `step()` runs one step; `finish()` waits for steps that may still be under way.
    """
    say(about)
    for line in sys.stdin:
        steps = json.loads(line)['steps']
        started = time.perf_counter()
        for _ in range(steps):
            step()
        finish()
        say({'seconds': time.perf_counter() - started, 'peakMemoryBytes': peak_memory_bytes()})
