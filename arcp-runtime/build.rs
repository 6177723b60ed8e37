//! Leaves debug information out of the examples: there are many of them, each holds the whole runtime, and without it a third of the disk is enough.

#![allow(clippy::print_stdout)]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Other linkers say it otherwise, or keep it in files of its own.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-link-arg-examples=-Wl,--strip-debug");
    }
}
