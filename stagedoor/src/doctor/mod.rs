//! `stagedoor doctor`: what a stranger sees of a deployment, beside what was deployed.

mod checks;
mod finding;
mod outputs;
mod report;
mod visitor;

use std::path::PathBuf;

use clap::Args;

use crate::client::{ConnectTo, Http};
use crate::failure::{Failure, block_on};
use finding::Verdict;
use outputs::Deployment;
use visitor::Visitor;

/// Checks a deployment from outside, by its outputs: it needs no account and no password.
#[derive(Args)]
#[command(after_help = "Examples:\n  terraform -chdir=terraform output -json > outputs.json\n  \
    stagedoor doctor --outputs outputs.json\n  \
    stagedoor doctor --outputs .data/outputs.json          # a running `stagedoor up`\n\n\
    A line for each check on stderr: what was seen and, where that is wrong, what was expected and what to do. The same as\n\
    one JSON object on stdout. Exit status: 0 all is as it was deployed, 1 something is not, 2 FILE cannot be used.")]
pub struct Arguments {
    /// What `terraform output -json` printed, or what `stagedoor up` wrote as outputs.json; - is standard input
    #[arg(long, value_name = "FILE")]
    outputs: PathBuf,
    /// Certificates to trust beside the public ones, in PEM
    #[arg(long, env = "STAGEDOOR_CERTIFICATE", value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Connect to another place than the one that is named, as curl does
    #[arg(long, value_name = "HOST:PORT:HOST:PORT", hide_short_help = true)]
    connect_to: Vec<ConnectTo>,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let deployment = Deployment::read(&arguments.outputs)?;
    let http = Http::new(arguments.certificate.as_deref(), arguments.connect_to.clone());
    let http = http.map_err(|e| Failure::Input(format!("--certificate {e}")))?;
    let mut visitor = Visitor::new(http, &deployment.url);
    let findings = block_on(async { Ok(checks::examine(&deployment, &mut visitor).await) })?;
    report::say(&deployment.url, &findings);
    match findings.iter().filter(|finding| finding.verdict == Verdict::Bad).count() {
        0 => Ok(()),
        bad => Err(Failure::Check(format!("{bad} of {} checks found something wrong", findings.len()))),
    }
}
