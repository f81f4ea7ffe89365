//! `stagedoor pass revoke`: a pass, or all of a person's, refused from now on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{ArgGroup, Args};
use edge_auth::Reason;
use edge_auth::pass::{
    LATEST, LONGEST_ID, LONGEST_SUBJECT, LONGEST_TTL, Ring, authentic, revocation_of_id, revocation_of_subject,
};
use serde_json::json;

use super::change::Change;
use super::given::Given;
use super::place::{of_store, ring_of};
use super::{Place, length, moment};
use crate::failure::Failure;

/// An access token may live for a day (Cognito), and its owner can have passes made for as long.
const LONGEST_TOKEN: u64 = 86_400;

#[derive(Args)]
#[command(
    group(ArgGroup::new("what").required(true).args(["cti", "pass", "sub"])),
    after_help = "Examples:\n  stagedoor pass revoke --pass PASS\n  stagedoor pass revoke --sub 7a1c…\n\n\
    A pass is revoked until it ends by itself. With --cti alone its end is not known, so it is taken for made just now. A person is\n\
    revoked for --ttl-longest and a day: whoever is still signed in can have passes made until the token ends. Passes alone are\n\
    refused so; signing in and tokens are another matter.\n\n\
    On AWS: stagedoor pass revoke --sub SUB --aws --ring ring.json > change.json, then update-keys. change.json holds the keys."
)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The pass of this id, as `mint` and `verify` print it
    #[arg(long, value_name = "ID", value_parser = cti)]
    cti: Option<Id>,
    /// This pass
    #[arg(long, value_name = "PASS")]
    pass: Option<String>,
    /// All passes of this person
    #[arg(long, value_name = "SUB", value_parser = sub)]
    sub: Option<String>,
    /// How long, Unix seconds; not with --pass, which says so itself
    #[arg(long, value_name = "UNIX", conflicts_with = "pass", value_parser = clap::value_parser!(u64).range(..=LATEST))]
    until: Option<u64>,
    /// The longest that any pass was or will be made for
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = length)]
    ttl_longest: u64,
    #[command(flatten)]
    given: Given,
}

/// A pass's id.
#[derive(Clone)]
struct Id(Vec<u8>);

fn cti(text: &str) -> Result<Id, String> {
    let id = URL_SAFE_NO_PAD.decode(text).ok().filter(|id| (1..=LONGEST_ID).contains(&id.len()));
    id.map(Id).ok_or_else(|| format!("expected 1 to {LONGEST_ID} bytes in base64url without padding"))
}

fn sub(text: &str) -> Result<String, String> {
    let fits = (1..=LONGEST_SUBJECT).contains(&text.len());
    if fits { Ok(text.to_owned()) } else { Err(format!("expected 1 to {LONGEST_SUBJECT} bytes")) }
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(ring) = arguments.given.ring()? {
        let (revoked, until) = revocation(arguments, &ring)?;
        let ring = Ring { revocations: true, ..ring };
        println!("{}", Change::default().put(&revoked, until.to_string()).put_ring(&ring)?.to_json());
        eprintln!("The change revokes {revoked} until {}; give it to update-keys.", moment(until));
        return Ok(());
    }
    let store = arguments.place.store()?;
    let mut writer = store.writer().map_err(of_store)?;
    let ring = ring_of(&store)?.ok_or_else(|| of_store("it has no item ring; `stagedoor up` puts it there"))?;
    let (revoked, until) = revocation(arguments, &ring)?;
    let ring = Ring { revocations: true, ..ring };
    Change::default().put(&revoked, until.to_string()).put_ring(&ring)?.apply(&mut writer)?;
    println!("{}", json!({"revoked": revoked, "until": until}));
    eprintln!("{revoked} is revoked until {}", moment(until));
    Ok(())
}

/// The key that revokes, and until when.
fn revocation(arguments: &Arguments, ring: &Ring) -> Result<(String, u64), Failure> {
    let now = arguments.place.now();
    if let Some(pass) = &arguments.pass {
        let (grant, _) = authentic(pass, ring).map_err(|reason| {
            let hint = if reason == Reason::PassKeyUnknown {
                "; its key is no longer accepted, so it is refused already"
            } else {
                ""
            };
            Failure::Check(format!("--pass: nothing to revoke: {reason}{hint}"))
        })?;
        if grant.expires <= now {
            return Err(Failure::Check(format!("--pass: nothing to revoke: it ended at {}", moment(grant.expires))));
        }
        return Ok((revocation_of_id(&grant.id), grant.expires));
    }
    let (key, longest) = match (&arguments.cti, &arguments.sub) {
        (Some(Id(id)), _) => (revocation_of_id(id), LONGEST_TTL.max(arguments.ttl_longest)),
        (None, Some(sub)) => (revocation_of_subject(sub), arguments.ttl_longest.saturating_add(LONGEST_TOKEN)),
        (None, None) => return Err(Failure::Input("expected --cti, --pass or --sub".to_owned())),
    };
    let until = arguments.until.unwrap_or_else(|| now.saturating_add(longest).min(LATEST));
    if until <= now {
        return Err(Failure::Input(format!("--until {until}: expected a moment that is still to come")));
    }
    Ok((key, until))
}
