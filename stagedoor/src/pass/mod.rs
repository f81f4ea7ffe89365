//! `stagedoor pass …`: making and judging playback passes, replacing their key, and revoking them.

mod change;
mod given;
mod mint;
mod place;
mod revoke;
mod rotate;
mod sweep;
mod verify;

use clap::Subcommand;
use ring::rand::{SecureRandom as _, SystemRandom};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::failure::Failure;
pub use place::{Place, SECRET_FILE, STORE_DIRECTORY, prepare, read_secret};

/// The key of the item that holds the ring.
pub const RING: &str = "ring";

#[derive(Subcommand)]
pub enum Command {
    /// Make a pass: whoever has it may play what it is for, until it ends
    Mint(mint::Arguments),
    /// Judge a pass as the edge would; exit 0 where it holds, 1 where it does not
    Verify(verify::Arguments),
    /// Replace the key of passes, one step a call
    Rotate(rotate::Arguments),
    /// Refuse a pass, or all of a person's, from now on
    Revoke(revoke::Arguments),
    /// Remove revocations of what has ended by itself
    Sweep(sweep::Arguments),
}

pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Mint(arguments) => mint::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Rotate(arguments) => rotate::run(arguments),
        Command::Revoke(arguments) => revoke::run(arguments),
        Command::Sweep(arguments) => sweep::run(arguments),
    }
}

/// Random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Failure::Input("the system has no randomness".to_owned()))?;
    Ok(bytes)
}

/// A length of time as policies write it, in seconds.
fn length(text: &str) -> Result<u64, String> {
    edge_auth::policy::seconds(text).ok_or_else(|| "expected a length of time such as 30s, 15m, 6h or 2d".to_owned())
}

/// A length of time that a pass may be made for.
fn ttl(text: &str) -> Result<u64, String> {
    let longest = edge_auth::pass::LONGEST_TTL;
    let seconds = length(text)?;
    if seconds <= longest { Ok(seconds) } else { Err(format!("expected at most {}d", longest / 86_400)) }
}

/// `1800000000 (2027-01-15T08:00:00Z)`.
fn moment(seconds: u64) -> String {
    let date = i64::try_from(seconds).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    match date.and_then(|date| date.format(&Rfc3339).ok()) {
        Some(date) => format!("{seconds} ({date})"),
        None => seconds.to_string(),
    }
}
