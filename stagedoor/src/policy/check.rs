//! `stagedoor policy check`: every problem of a policy.

use std::path::PathBuf;

use clap::Args;
use edge_auth::policy::Policy;
use serde_json::{Value, json};

use super::PolicySource;
use crate::failure::Failure;

#[derive(Args)]
#[command(after_help = "Example: stagedoor policy check policy.yaml")]
pub struct Arguments {
    /// The policy
    #[arg(default_value = "policy.yaml")]
    file: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let source = PolicySource::open(&arguments.file)?;
    let (routes, problems) = match Policy::from_json(&source.value) {
        Ok(policy) => (policy.routes.len(), Vec::new()),
        Err(problems) => (0, problems),
    };
    let located = source.located(&problems);
    let listed: Vec<Value> =
        located.iter().map(|(line, p)| json!({"line": line, "at": p.at, "message": p.message})).collect();
    let file = arguments.file.display().to_string();
    println!("{}", json!({"file": file, "ok": located.is_empty(), "routes": routes, "problems": listed}));
    match located.len() {
        0 => {
            eprintln!("{file}: {routes} routes, no problem");
            Ok(())
        }
        count => {
            eprintln!("{}", source.listing(&problems));
            Err(Failure::Check(format!("{file} has {count} problem{}", if count == 1 { "" } else { "s" })))
        }
    }
}
