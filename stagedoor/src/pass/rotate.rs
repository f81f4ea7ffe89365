//! `stagedoor pass rotate`: the key of passes, one step on.

use clap::Args;
use edge_auth::pass::{KeyState, Ring, RingKey, RotateError, Secret, Step};
use serde_json::{Map, Value, json};

use super::change::Change;
use super::given::Given;
use super::place::{fresh_key, revocations, ring_of};
use super::{Place, length, moment};
use crate::failure::Failure;

#[derive(Args)]
#[command(after_help = "Example: stagedoor pass rotate\n\n\
    One call is one step; two calls, a minute or more apart, are a whole rotation:\n  \
    1  add      a new key is accepted from now on; nobody mints with it yet\n  \
    2  promote  the new key becomes current, and passes are minted with it; the one before is accepted for --ttl-longest and\n              \
    24 hours, which is the time that every minter has to take the new one\n\
    Each call first drops keys that are no longer accepted. So a third call, next week or at once, begins the next rotation. No\n\
    pass that holds is ever refused on the way. A call that would not be safe changes nothing, says from when on it is, and\n\
    exits with 1: the second one within a minute of the first, or one that would make a fourth key.\n\n\
    A running `stagedoor up` takes the new key by itself. On AWS the order is: fetch the secret and the item `ring`, rotate with\n\
    --aws, put the secret back, then update-keys; after a promote deploy the edge function again within 24 hours:\n  \
    stagedoor pass rotate --secret secret.json --aws --ring ring.json > change.json\n\
    change.json and secret.json hold the keys: keep them to yourself, and remove them.")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The longest that any pass was or will be made for
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = length)]
    ttl_longest: u64,
    #[command(flatten)]
    given: Given,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let place = &arguments.place;
    if arguments.given.aws {
        if !place.names_secret() {
            return Err(Failure::Input("--aws needs --secret FILE, the secret as Secrets Manager has it".to_owned()));
        }
        let ring = arguments.given.ring()?;
        let moved = Moved::of(arguments, ring.as_ref())?;
        let change = Change::default().put_ring(&moved.secret.ring(ring.is_some_and(|ring| ring.revocations)))?;
        place.write_secret(&moved.secret)?;
        println!("{}", change.to_json());
        moved.tell(Some(&place.secret_file().display().to_string()));
        return Ok(());
    }
    let store = place.store()?;
    let mut writer = store.writer().map_err(super::place::of_store)?;
    let ring = ring_of(&store)?;
    let moved = Moved::of(arguments, ring.as_ref())?;
    let flag = match &ring {
        Some(ring) => ring.revocations,
        None => !revocations(&store)?.is_empty(),
    };
    let change = Change::default().put_ring(&moved.secret.ring(flag))?;
    // The secret is the truth: a store that misses it is found out before the next step.
    place.write_secret(&moved.secret)?;
    change.apply(&mut writer)?;
    println!("{}", moved.to_json());
    moved.tell(None);
    Ok(())
}

/// What a call did.
struct Moved {
    secret: Secret,
    /// `None`: the store lacked the next key.
    step: Option<Step>,
    dropped: Vec<String>,
}

impl Moved {
    fn of(arguments: &Arguments, ring: Option<&Ring>) -> Result<Self, Failure> {
        let (secret, now) = (arguments.place.secret()?, arguments.place.now());
        let is_known = |key: &RingKey| {
            let known = ring.and_then(|ring| ring.key(key.kid.as_bytes()));
            known.is_some_and(|known| known.secret == key.secret)
        };
        if secret.next().is_some_and(|next| !is_known(next)) {
            return Ok(Self { secret: secret.published_again(now), step: None, dropped: Vec::new() });
        }
        let rotation = secret.rotate(now, fresh_key()?, arguments.ttl_longest).map_err(|error| match error {
            RotateError::TooSoon { .. } | RotateError::TooMany { .. } => {
                Failure::Check(format!("nothing was changed: {error}"))
            }
            RotateError::Fresh | RotateError::Time => Failure::Input(format!("nothing was changed: {error}")),
        })?;
        Ok(Self { secret: rotation.secret, step: Some(rotation.step), dropped: rotation.dropped })
    }

    /// Names and times; no key.
    fn to_json(&self) -> Value {
        let keys: Vec<Value> = self.secret.keys().map(|(key, state)| shown(key, state)).collect();
        let (step, kid) = match &self.step {
            None => ("publish", self.secret.next().map(|key| &key.kid)),
            Some(Step::Add { kid }) => ("add", Some(kid)),
            Some(Step::Promote { kid, .. }) => ("promote", Some(kid)),
        };
        json!({"step": step, "kid": kid, "dropped": self.dropped, "keys": keys})
    }

    /// For a person; `put_back` is the file that has to go back to where the secret is kept.
    fn tell(&self, put_back: Option<&str>) {
        for kid in &self.dropped {
            eprintln!("{kid} is no longer accepted; dropped");
        }
        match &self.step {
            None => {
                eprintln!("the store lacked the next key; it has it now. Rotate again in a minute to make it current.");
            }
            Some(Step::Add { kid }) => {
                eprintln!(
                    "{kid} is accepted from now on; nobody mints with it yet. Rotate again in a minute to make it current."
                );
            }
            Some(Step::Promote { kid, previous, until }) => {
                eprintln!("{kid} is current. {previous} is accepted until {}.", moment(*until));
            }
        }
        if let Some(file) = put_back {
            eprintln!("Put {file} back as the secret first, then give the change to update-keys.");
        }
    }
}

fn shown(key: &RingKey, state: KeyState) -> Value {
    let mut fields = Map::new();
    fields.insert("kid".to_owned(), Value::from(key.kid.as_str()));
    fields.insert("state".to_owned(), Value::from(state.as_str()));
    if let Some(until) = key.until {
        fields.insert("until".to_owned(), Value::from(until));
    }
    Value::Object(fields)
}
