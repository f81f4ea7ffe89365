//! `stagedoor policy compile`: EDGE.json from a policy and a deployment.

use std::path::PathBuf;

use clap::Args;
use edge_auth::config::EdgeConfig;
use edge_auth::policy::Problem;
use serde_json::{Value, json};

use super::PolicySource;
use crate::failure::{Failure, read};

#[derive(Args)]
#[command(after_help = "Example: stagedoor policy compile policy.yaml --deployment deployment.json --out EDGE.json")]
pub struct Arguments {
    /// The policy
    #[arg(default_value = "policy.yaml")]
    file: PathBuf,
    /// A JSON file with what EDGE.json holds under "deployment": issuers, sign-in, keys
    #[arg(long, value_name = "FILE")]
    deployment: PathBuf,
    /// Where to write EDGE.json; - is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let source = PolicySource::read(&arguments.file)?;
    let text = read(&arguments.deployment)?;
    let deployment: Value =
        serde_json::from_str(&text).map_err(|e| Failure::file(&arguments.deployment, format!("not JSON: {e}")))?;
    let edge = json!({"policy": source.value, "deployment": deployment});
    if let Err(problems) = EdgeConfig::from_json(&edge) {
        let (in_policy, elsewhere): (Vec<Problem>, Vec<Problem>) =
            problems.into_iter().partition(|p| p.at.starts_with("/policy"));
        let in_policy: Vec<Problem> =
            in_policy.into_iter().map(|p| Problem { at: p.at.trim_start_matches("/policy").to_owned(), ..p }).collect();
        let mut lines = Vec::new();
        if !in_policy.is_empty() {
            lines.push(source.listing(&in_policy));
        }
        lines.extend(elsewhere.iter().map(|p| {
            let at = p.at.strip_prefix("/deployment").unwrap_or(&p.at);
            format!("{}: {at}: {}", arguments.deployment.display(), p.message)
        }));
        return Err(Failure::Check(format!("EDGE.json was not written:\n{}", lines.join("\n"))));
    }
    let text = format!("{edge:#}\n");
    if arguments.out.as_os_str() == "-" {
        print!("{text}");
        return Ok(());
    }
    std::fs::write(&arguments.out, text).map_err(|e| Failure::file(&arguments.out, e))
}
