// SPDX-License-Identifier: BSD-2-Clause
//! The known chain (README.md) in Rust: generics, a closure, a trait object.
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

#[inline(never)]
fn hot(n: u64) -> u32 {
    let mut x = 1u32;
    for _ in 0..n {
        x = black_box(x.wrapping_mul(1103515245).wrapping_add(12345));
    }
    x
}

#[inline(never)]
fn warm<T: Into<u64>>(n: T) -> u32 {
    let mut x = 1u32;
    for _ in 0..n.into() {
        x = black_box(x.wrapping_mul(1664525).wrapping_add(1013904223));
    }
    x
}

#[inline(never)]
fn cool(n: u64) -> u32 {
    let mut x = 1u32;
    for _ in 0..n {
        x = black_box(x.wrapping_mul(22695477).wrapping_add(1));
    }
    x
}

trait Worker {
    fn inner(&self, n: u64) -> u32;
}

struct Plain;

impl Worker for Plain {
    #[inline(never)]
    fn inner(&self, n: u64) -> u32 {
        black_box(hot(6 * n)) ^ black_box(warm(3 * n)) ^ black_box(cool(n))
    }
}

#[inline(never)]
fn middle(worker: &dyn Worker, n: u64) -> u32 {
    black_box(worker.inner(n)).wrapping_add(1)
}

#[inline(never)]
fn outer<F: Fn() -> u32>(f: F) -> u32 {
    black_box(f()).wrapping_add(1)
}

#[inline(never)]
fn deep(depth: u32, n: u64) -> u32 {
    if depth == 1 {
        return black_box(hot(n)).wrapping_add(1);
    }
    black_box(deep(depth - 1, n)).wrapping_add(black_box(depth))
}

#[inline(never)]
fn root(seconds: f64) -> u32 {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let worker = Plain;
    let mut sum = 0u32;

    while Instant::now() < end {
        sum ^= outer(|| middle(black_box(&worker), 200_000));
        sum ^= deep(20, 400_000);
    }
    sum
}

fn main() {
    let seconds = std::env::args().nth(1).and_then(|s| s.parse().ok());

    println!("ready");
    std::io::stdout().flush().unwrap();
    black_box(root(seconds.unwrap_or(3.0)));
}
