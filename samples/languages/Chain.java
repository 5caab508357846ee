// SPDX-License-Identifier: BSD-2-Clause
/** The known chain (README.md) in Java: a virtual call, a lambda. */
import java.util.function.LongSupplier;

public class Chain {
    static volatile int sink = 1;

    static long hot(long n) {
        int x = sink;
        for (long i = 0; i < n; i++)
            x = x * 1103515245 + 12345 ^ (int) i;
        return sink = x;
    }

    static long warm(long n) {
        int x = sink;
        for (long i = 0; i < n; i++)
            x = x * 1664525 + 1013904223 ^ (int) i;
        return sink = x;
    }

    static long cool(long n) {
        int x = sink;
        for (long i = 0; i < n; i++)
            x = x * 22695477 + 1 ^ (int) i;
        return sink = x;
    }

    long inner(long n) {
        return hot(6 * n) + warm(3 * n) + cool(n);
    }

    static long middle(Chain c, long n) {
        return c.inner(n) + 1;
    }

    static long outer(LongSupplier call) {
        return call.getAsLong() + 1;
    }

    static long deep(int depth, long n) {
        if (depth == 1)
            return hot(n);
        return deep(depth - 1, n) + 1;
    }

    static long root(double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9), sum = 0;
        Chain c = new Chain();

        while (System.nanoTime() < end) {
            sum += outer(() -> middle(c, 20000));
            sum += deep(20, 40000);
        }
        return sum;
    }

    public static void main(String[] args) {
        System.out.println("ready");
        root(args.length > 0 ? Double.parseDouble(args[0]) : 3);
    }
}
