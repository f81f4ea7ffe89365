//! `stagedoor up`: everything on one machine.

mod addresses;
mod data;
mod deployment;
mod outputs;
mod pass_keys;
mod sample_upload;
mod sign_in;
mod site;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use local::identity::{PoolRules, SecondFactor};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;
use crate::policy::PolicySource;
use addresses::Addresses;
use data::DataDir;
pub use data::write_private;
use sign_in::SignIn;
use site::{Plan, Site};

/// The name of the user that `up` makes.
const USER: &str = "you@example.com";

/// Runs the edge, identity, objects and the processors until Ctrl-C, and keeps everything under the data directory.
#[derive(Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(after_help = "Example: stagedoor up --port 8080 --data .data\n\n\
    Prints the address, a user and a password on stderr; the same as one line of JSON on stdout once everything is ready.\n\
    DIR/outputs.json is for `stagedoor doctor --outputs`.")]
pub struct Arguments {
    /// The edge's port; identity and objects take the next two
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where everything is kept
    #[arg(long, value_name = "DIR", default_value = ".data")]
    data: PathBuf,
    /// Do not make and upload the sample film and photo
    #[arg(long)]
    no_sample: bool,
    /// Serve https with a certificate made on the spot
    #[arg(long)]
    tls: bool,
    /// How long access tokens are good for, 10 seconds to a day; short ones show how sessions are renewed
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(10..=86_400))]
    token_seconds: u64,
    /// Where people sign in, whatever the policy says
    #[arg(long, value_enum, value_name = "WHERE")]
    sign_in: Option<SignIn>,
    /// Let people make accounts on their own, on Stagedoor's own pages
    #[arg(long)]
    sign_up: bool,
    /// Ask everybody for a code of an authenticator app beside the password
    #[arg(long)]
    second_factor: bool,
    /// Who may fetch what
    #[arg(long, value_name = "FILE", default_value = "policy.yaml")]
    policy: PathBuf,
    /// What `./build.sh package` made
    #[arg(long, value_name = "DIR", default_value = "dist")]
    artefacts: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let policy = PolicySource::read(&arguments.policy)?;
    let artefacts = arguments.artefacts.canonicalize().map_err(|e| {
        Failure::file(
            &arguments.artefacts,
            format!("{e}; ./build.sh package makes it, or name another with --artefacts"),
        )
    })?;
    let runtime = tokio::runtime::Runtime::new().context("the async runtime cannot start")?;
    runtime.block_on(serve(arguments, &policy, &artefacts))?;
    Ok(())
}

async fn serve(arguments: &Arguments, policy: &PolicySource, artefacts: &Path) -> Result<()> {
    let data = DataDir::open(&arguments.data)?;
    let secrets = data.secrets()?;
    let at = Addresses::bind(arguments.port, if arguments.tls { "https" } else { "http" }).await?;
    let (edge_url, identity_url, objects_url) = (at.edge_url.clone(), at.identity_url.clone(), at.objects_url.clone());
    // From here on Ctrl-C ends in a proper stop, also while things are starting.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let policy = sign_in::policy(&policy.value, arguments.sign_in);
    let second_factor = if arguments.second_factor { SecondFactor::Required } else { SecondFactor::Optional };
    let plan = Plan {
        data: &data,
        secrets: &secrets,
        artefacts,
        policy: &policy,
        tls: arguments.tls,
        token_seconds: arguments.token_seconds,
        rules: PoolRules { self_sign_up: arguments.sign_up, second_factor },
    };
    let site = Site::start(&plan, at).await?;
    let made = site.identity.ensure_user(USER, USER, &secrets.password)?;
    site.identity.ensure_member(USER, site::ADMINISTRATORS)?;
    tracing::info!(made, "user");
    let ready = async {
        if !arguments.no_sample {
            let certificate = arguments.tls.then(|| data.join("tls").join("localhost.crt.pem"));
            let sample =
                sample_upload::Sample { data: &data, edge_url: &edge_url, identity_url: &identity_url, certificate };
            sample.upload_once(USER, &secrets.password).await.context("the sample could not be uploaded")?;
        }
        announce(&edge_url, &identity_url, &objects_url, &secrets.password, &site);
        std::future::pending::<Result<()>>().await
    };
    let ended = tokio::select! {
        ended = ready => ended,
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    };
    eprintln!("Stopping.");
    site.stop().await;
    ended
}

fn announce(edge: &str, identity: &str, objects: &str, password: &str, site: &Site) {
    eprintln!(
        "\n  Stagedoor is running at {edge}\n  user      {USER}\n  password  {password}\n  mailbox   {identity}/mailbox\n\n  Ctrl-C stops it; what was uploaded stays.\n"
    );
    if !std::io::stdout().is_terminal() {
        let processes: serde_json::Map<String, serde_json::Value> =
            site.process_ids().into_iter().map(|(name, ids)| (name.to_owned(), json!(ids))).collect();
        println!(
            "{}",
            json!({"url": edge, "identity": identity, "objects": objects, "user": USER, "password": password,
                   "api_client": deployment::API_CLIENT, "processes": processes})
        );
    }
}
