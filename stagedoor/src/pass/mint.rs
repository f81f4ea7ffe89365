//! `stagedoor pass mint`: a pass.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use edge_auth::pass::{Grant, GrantProblem, MintError, Network, mint};
use edge_auth::policy::{AUTH_PREFIX, PASS_PREFIX};
use serde_json::json;

use super::{Place, moment, random, ttl};
use crate::failure::Failure;

#[derive(Args)]
#[command(after_help = "Example: stagedoor pass mint --for /media/alice/7f3a/ --ttl 6h\n\n\
    The answer's url_prefix stands for /media/alice/7f3a/: /p/PASS/media/alice/7f3a/film.mp4 plays the film.")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// What it opens: every path below this one, which ends in /
    #[arg(long = "for", value_name = "PREFIX")]
    prefix: String,
    /// How long it is good for, at most 7d
    #[arg(long, value_name = "TIME", default_value = "6h", value_parser = ttl)]
    ttl: u64,
    /// Whom it is for, so that all of a person's passes can be revoked at once
    #[arg(long, value_name = "SUB")]
    sub: Option<String>,
    /// Only for clients of this network, such as 192.0.2.0/24; may be given more than once
    #[arg(long = "network", value_name = "CIDR")]
    networks: Vec<Network>,
    /// Only for this method, instead of GET and HEAD; may be given more than once
    #[arg(long = "method", value_name = "METHOD", ignore_case = true, value_parser = ["GET", "HEAD", "OPTIONS"])]
    methods: Vec<String>,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let prefix = &arguments.prefix;
    if prefix == "/" || [PASS_PREFIX, AUTH_PREFIX].iter().any(|own| prefix.starts_with(own)) {
        let problem = "expected the prefix of what is to be played, such as /media/alice/7f3a/";
        return Err(Failure::Input(format!("--for {prefix}: {problem}")));
    }
    let secret = arguments.place.secret()?;
    let (key, now) = (secret.current(), arguments.place.now());
    let grant = Grant {
        id: random::<16>()?.to_vec(),
        subject: arguments.sub.clone(),
        expires: now.saturating_add(arguments.ttl),
        not_before: None,
        issued_at: Some(now),
        prefix: prefix.clone(),
        networks: arguments.networks.clone(),
        methods: arguments.methods.iter().map(|method| method.to_ascii_uppercase()).collect(),
    };
    let pass = mint(&grant, key).map_err(|error| {
        let field = match error {
            MintError::Grant(GrantProblem::Prefix) => "--for: ",
            MintError::Grant(GrantProblem::Subject) => "--sub: ",
            MintError::Grant(GrantProblem::Time) => "--at: ",
            _ => "",
        };
        Failure::Input(format!("{field}{error}"))
    })?;
    let url_prefix = format!("/p/{pass}{prefix}");
    let cti = URL_SAFE_NO_PAD.encode(&grant.id);
    println!(
        "{}",
        json!({"pass": pass, "url_prefix": url_prefix, "cti": cti, "kid": key.kid, "expires_at": grant.expires})
    );
    eprintln!("{prefix} plays with this pass until {}", moment(grant.expires));
    Ok(())
}
