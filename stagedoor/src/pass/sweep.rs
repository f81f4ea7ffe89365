//! `stagedoor pass sweep`: revocations whose time is over go.

use std::path::{Path, PathBuf};

use clap::Args;
use edge_auth::pass::Ring;
use serde_json::json;

use super::change::{Change, MOST_AT_ONCE};
use super::given::{items, ring_of as given_ring};
use super::place::{is_revocation, of_store, revocations, ring_of};
use super::{Place, RING};
use crate::failure::Failure;

#[derive(Args)]
#[command(after_help = "Example: stagedoor pass sweep\n\n\
    Once no revocation is left, passes cost one read of the store again instead of two or three.\n\n\
    On AWS: stagedoor pass sweep --aws --items items.json > change.json, then update-keys, where items.json is what\n\
    `aws cloudfront-keyvaluestore list-keys` prints. update-keys takes 50 keys; sweep again where there are more.")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Print the change as `update-keys --cli-input-json` takes it, instead of writing the local store; it may hold the keys
    #[arg(long, requires = "items")]
    aws: bool,
    /// With --aws: the store's items, as `aws cloudfront-keyvaluestore list-keys` prints them; - is standard input
    #[arg(long, value_name = "FILE", requires = "aws")]
    items: Option<PathBuf>,
}

/// What there is to be done.
struct Swept {
    over: Vec<String>,
    /// Beyond what one change takes.
    later: usize,
    left: usize,
    change: Change,
}

impl Swept {
    fn of(ring: Ring, revocations: &[(String, String)], now: u64, most: usize) -> Result<Self, Failure> {
        let mut over = Vec::new();
        for (key, until) in revocations {
            match until.parse::<u64>() {
                Ok(until) if until <= now => over.push(key.clone()),
                Ok(_) => {}
                Err(_) => eprintln!("{key} stays: its value is not Unix seconds"),
            }
        }
        // One place is the ring's.
        let later = over.len().saturating_sub(most.saturating_sub(1));
        over.truncate(over.len() - later);
        let left = revocations.len() - over.len();
        let mut change = Change::default();
        if left == 0 && ring.revocations {
            change = change.put_ring(&Ring { revocations: false, ..ring })?;
        }
        Ok(Self { change: change.delete(over.iter().cloned()), over, later, left })
    }
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let now = arguments.place.now();
    if let Some(path) = arguments.items.as_deref().filter(|_| arguments.aws) {
        let swept = given(path, now)?;
        println!("{}", swept.change.to_json());
        let again = if swept.later > 0 { "; sweep again for the others that are over" } else { "" };
        let nothing = if swept.over.is_empty() { "; nothing to do for them" } else { "" };
        eprintln!("The change removes {} revocations, {} stay{nothing}{again}.", swept.over.len(), swept.left);
        return Ok(());
    }
    let store = arguments.place.store()?;
    let mut writer = store.writer().map_err(of_store)?;
    let ring = ring_of(&store)?.ok_or_else(|| of_store("it has no item ring; `stagedoor up` puts it there"))?;
    let swept = Swept::of(ring, &revocations(&store)?, now, usize::MAX)?;
    swept.change.apply(&mut writer)?;
    println!("{}", json!({"removed": swept.over, "left": swept.left}));
    eprintln!("{} revocations removed, {} stay", swept.over.len(), swept.left);
    Ok(())
}

fn given(path: &Path, now: u64) -> Result<Swept, Failure> {
    let items = items(path)?;
    let ring = items.iter().find(|item| item.key == RING);
    let ring = ring.ok_or_else(|| Failure::file(path, format!("Items: expected one whose Key is {RING:?}")))?;
    let ring = given_ring(path, ring)?;
    let revocations: Vec<_> =
        items.into_iter().filter(|item| is_revocation(&item.key)).map(|item| (item.key, item.value)).collect();
    Swept::of(ring, &revocations, now, MOST_AT_ONCE)
}
