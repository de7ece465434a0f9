// SPDX-License-Identifier: Apache-2.0
// The smallest program of the standard library.
fn main() {
    println!("Hello from Rust");
}
