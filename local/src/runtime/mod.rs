//! Lambda on one machine: a pool of execution environments per function, spoken to over the Lambda Runtime API.
//!
//! Each execution environment is one child process with a Runtime API listener of its own on `127.0.0.1`, so that the
//! port a call comes in by says which process made it. An environment takes one invocation at a time from the
//! function's bounded queue; a process that dies or runs out of time is replaced. The same executables run here as on
//! Lambda: those written with the `lambda_runtime` crate, and managed runtimes such as Python's `awslambdaric`.
//!
//! No process outlives the one that started it: see `process.rs`.

mod api;
mod config;
mod environment;
mod error;
mod function;
mod output;
mod process;

pub use config::FunctionConfig;
pub use error::{InvokeError, RuntimeError};
pub use function::{Function, PAYLOAD_LIMIT};
