//! `stagedoor policy function`: the CloudFront Function of a policy.

use std::path::PathBuf;

use clap::Args;
use edge_auth::policy::Policy;
use viewer_function::EmitError;

use super::PolicySource;
use crate::failure::Failure;

#[derive(Args)]
#[command(after_help = "Example: stagedoor policy function -o viewer-request.js")]
pub struct Arguments {
    /// The policy
    #[arg(long, value_name = "FILE", default_value = "policy.yaml")]
    policy: PathBuf,
    /// Where to write the function; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let source = PolicySource::read(&arguments.policy)?;
    let policy = Policy::from_json(&source.value)
        .map_err(|problems| Failure::Check(format!("no function was written:\n{}", source.listing(&problems))))?;
    let text = viewer_function::emit(&policy).map_err(|error| match error {
        EmitError::TooLarge(_) => Failure::Check(format!("{}: {error}", arguments.policy.display())),
        EmitError::Source(_) => Failure::Input(error.to_string()),
    })?;
    if arguments.out.as_os_str() == "-" {
        print!("{text}");
        return Ok(());
    }
    std::fs::write(&arguments.out, text).map_err(|e| Failure::file(&arguments.out, e))
}
