//! The core without a runtime around it: inputs and times go in, and what comes out is held against a model of a store.
//!
//! No task, no socket, no clock: [`world::World`] commits and carries out in the order that the driver promises, or crashes in between.

mod check;
mod client;
mod credential;
mod delegation;
mod delivery;
mod inputs;
mod job;
mod random;
mod recovery;
mod session;
mod shape;
mod step;
mod stored;
mod subscription;
mod wish;
mod world;
