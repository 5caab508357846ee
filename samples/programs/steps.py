# SPDX-License-Identifier: BSD-2-Clause
#
# steps.py SECONDS: Python calls of every kind, below each other in a known way.
# One thread's CPU time goes to sixty(), thirty() and ten() at those shares, below
# a method, a generator and a recursion; a second thread counts below its own root.
# Prints the CPU time that each truly used, in ns. Runs on Python 3.8 and later.
import functools
import sys
import threading
import time

DEEP = 40
ROUND = 0.010


class Totals:
    def __init__(self):
        self.used = {"sixty": 0, "thirty": 0, "ten": 0}

    def due(self, name, percent, everything):
        return everything * percent // 100 - self.used[name]


def spin(ns):
    clock = time.thread_time_ns
    begin = clock()
    while clock() - begin < ns:
        n = 0
        for i in range(300):
            n += i
    return clock() - begin


class Worker:
    def __init__(self, totals):
        self.totals = totals

    def sixty(self, ns):
        return spin(ns)

    def method(self, everything):
        used = self.totals.used
        used["sixty"] += self.sixty(self.totals.due("sixty", 60, everything))


def thirty(ns):
    return spin(ns)


def generator(ns):
    yield thirty(ns)


def from_generator(ns):
    yield from generator(ns)


def ten(ns):
    return spin(ns)


def recursion(depth, ns):
    if depth == 0:
        return ten(ns)
    return recursion(depth - 1, ns)




def compared(ns):
    # list.sort() is C code, which calls back: two evaluation loops.
    result = []

    def compare(a, b):
        if not result:
            result.append(recursion(DEEP, ns))
        return a - b

    [2, 1].sort(key=functools.cmp_to_key(compare))
    return result[0]


def run(seconds):
    totals = Totals()
    worker = Worker(totals)
    begin = time.thread_time_ns()
    while True:
        everything = time.thread_time_ns() - begin
        if everything >= seconds * 1e9:
            break
        everything += int(ROUND * 1e9)
        worker.method(everything)
        totals.used["thirty"] += sum(
            from_generator(totals.due("thirty", 30, everything))
        )
        totals.used["ten"] += compared(totals.due("ten", 10, everything))
    return totals.used


def other_thread(stop):
    while not stop.is_set():
        spin(1000000)
        time.sleep(0.002)


def main():
    stop = threading.Event()
    thread = threading.Thread(target=other_thread, args=(stop,))
    thread.start()
    used = run(float(sys.argv[1]))
    stop.set()
    thread.join()
    for name, ns in used.items():
        print(name, ns)
    print("total", sum(used.values()))


if __name__ == "__main__":
    main()
