//! `stagedoor policy …`: what is wrong with a policy, EDGE.json and the CloudFront Function from it, and what it makes of a request.

mod check;
mod compile;
mod duplicates;
mod explain;
mod function;
mod source;

use clap::Subcommand;

use crate::failure::Failure;
pub use source::PolicySource;

#[derive(Subcommand)]
pub enum Command {
    /// Print every problem of a policy, with line and field
    Check(check::Arguments),
    /// Write EDGE.json from a policy and a deployment
    Compile(compile::Arguments),
    /// Write the CloudFront Function that judges playback passes
    Function(function::Arguments),
    /// Say which route decides over a URL, and why; exit 0 where the request gets through, 1 where it does not
    Explain(explain::Arguments),
}

pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Check(arguments) => check::run(arguments),
        Command::Compile(arguments) => compile::run(arguments),
        Command::Function(arguments) => function::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
    }
}
