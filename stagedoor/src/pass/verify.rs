//! `stagedoor pass verify`: what the edge would make of a pass.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use edge_auth::pass::{Grant, PassRequest, authentic, judge};
use serde_json::{Value, json};

use super::place::ring_of;
use super::{Place, moment};
use crate::failure::Failure;

#[derive(Args)]
#[command(after_help = "Example: stagedoor pass verify PASS --path /media/alice/7f3a/film.mp4\n\n\
    Ring and revocations come from the store. The claims are shown where the pass is genuine, whether or not it holds.")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The pass, without /p/
    pass: String,
    /// The path behind /p/PASS
    #[arg(long)]
    path: String,
    /// The method
    #[arg(long, default_value = "GET", ignore_case = true, value_parser = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"])]
    method: String,
    /// The client's address
    #[arg(long, default_value = "127.0.0.1")]
    address: std::net::IpAddr,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (store, now) = (arguments.place.store()?, arguments.place.now());
    let (method, address) = (arguments.method.to_ascii_uppercase(), arguments.address.to_string());
    let request = PassRequest { path: &arguments.path, method: &method, address: &address };
    let verdict = judge(&arguments.pass, &request, now, &store);
    // The edge says that it cannot tell; here the cause is of use.
    let ring = ring_of(&store).ok().flatten();
    let genuine = ring.as_ref().and_then(|ring| authentic(&arguments.pass, ring).ok());
    let (kid, claims) = genuine.map(|(grant, kid)| (kid, claims(&grant))).unzip();
    let reason = verdict.as_ref().err().map(|reason| reason.as_str());
    println!("{}", json!({"valid": reason.is_none(), "reason": reason, "at": now, "kid": kid, "claims": claims}));
    match verdict {
        Ok(verified) => {
            eprintln!("the pass holds until {}", moment(verified.grant().expires));
            Ok(())
        }
        Err(reason) => Err(Failure::Check(format!("refused: {reason}: {}", reason.message()))),
    }
}

fn claims(grant: &Grant) -> Value {
    let networks: Vec<String> = grant.networks.iter().map(ToString::to_string).collect();
    json!({
        "cti": URL_SAFE_NO_PAD.encode(&grant.id),
        "sub": grant.subject,
        "exp": grant.expires,
        "nbf": grant.not_before,
        "iat": grant.issued_at,
        "prefix": grant.prefix,
        "networks": networks,
        "methods": grant.methods,
    })
}
