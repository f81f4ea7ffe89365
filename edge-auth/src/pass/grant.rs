//! What a pass grants: its claims (RFC 8392 §3, CTA-5007-B).

use std::fmt;

use super::cbor::{Malformed, Reader};
use super::network::Network;
use super::write::Writer;
use super::{ISSUER, LATEST, LONGEST_ID, LONGEST_SUBJECT};
use crate::path;

/// Claim keys (IANA registry of CWT claims).
const ISS: u64 = 1;
const SUB: u64 = 2;
const EXP: u64 = 4;
const NBF: u64 = 5;
const IAT: u64 = 6;
const CTI: u64 = 7;
const CATV: u64 = 310;
const CATNIP: u64 = 311;
const CATU: u64 = 312;
const CATM: u64 = 313;

/// The one version of Common Access Tokens.
const VERSION: u64 = 1;
/// Inside `catu`: the URI's path, and a match by prefix.
const PATH: u64 = 3;
const PREFIX_MATCH: u64 = 1;

/// What a pass grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Names this one pass, 1 to [`LONGEST_ID`] bytes; 16 random ones where we mint.
    pub id: Vec<u8>,
    /// Whom it was made for, 1 to [`LONGEST_SUBJECT`] bytes.
    pub subject: Option<String>,
    /// Not valid from then on, Unix seconds.
    pub expires: u64,
    /// Not valid before, Unix seconds.
    pub not_before: Option<u64>,
    /// When it was made, Unix seconds.
    pub issued_at: Option<u64>,
    /// Paths that begin so; canonical, with `/` at both ends, without `/p/PASS`.
    pub prefix: String,
    /// Only clients in one of these; empty: any client.
    pub networks: Vec<Network>,
    /// Only these methods, upper case; empty: GET and HEAD.
    pub methods: Vec<String>,
}

/// What is wrong with a [`Grant`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantProblem {
    /// `id` has no byte, or too many.
    Id,
    /// `subject` has no byte, or too many.
    Subject,
    /// A time is later than [`LATEST`].
    Time,
    /// `prefix` is not canonical, or lacks `/` at an end.
    Prefix,
    /// A method is empty.
    Method,
}

impl fmt::Display for GrantProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id => write!(f, "the id must have 1 to {LONGEST_ID} bytes"),
            Self::Subject => write!(f, "the subject must have 1 to {LONGEST_SUBJECT} bytes"),
            Self::Time => write!(f, "a time is later than {LATEST}"),
            Self::Prefix => f.write_str("the prefix must be a canonical path that begins and ends with /"),
            Self::Method => f.write_str("a method is empty"),
        }
    }
}

impl std::error::Error for GrantProblem {}

impl Grant {
    /// Whether every field is what a pass may hold.
    ///
    /// # Errors
    /// The first field that is not.
    pub fn check(&self) -> Result<(), GrantProblem> {
        let times = [Some(self.expires), self.not_before, self.issued_at];
        let prefix = &self.prefix;
        if !(1..=LONGEST_ID).contains(&self.id.len()) {
            Err(GrantProblem::Id)
        } else if self.subject.as_ref().is_some_and(|s| !(1..=LONGEST_SUBJECT).contains(&s.len())) {
            Err(GrantProblem::Subject)
        } else if times.into_iter().flatten().any(|time| time > LATEST) {
            Err(GrantProblem::Time)
        } else if !prefix.ends_with('/') || !path::is_canonical(prefix, false) {
            Err(GrantProblem::Prefix)
        } else if self.methods.iter().any(String::is_empty) {
            Err(GrantProblem::Method)
        } else {
            Ok(())
        }
    }

    /// Reads a payload: no claim that is not known, and all in the order of their keys.
    pub(super) fn read(payload: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(payload);
        let mut draft = Draft::default();
        let mut before = None;
        for _ in 0..reader.map()? {
            let key = reader.key(&mut before)?;
            draft.claim(key, &mut reader)?;
        }
        reader.end()?;
        draft.issuer.ok_or(Malformed)?;
        let grant = Self {
            id: draft.id.ok_or(Malformed)?.to_vec(),
            subject: draft.subject.map(str::to_owned),
            expires: draft.expires.ok_or(Malformed)?,
            not_before: draft.not_before,
            issued_at: draft.issued_at,
            prefix: draft.prefix.ok_or(Malformed)?.to_owned(),
            networks: draft.networks,
            methods: draft.methods,
        };
        grant.check().map_err(|_| Malformed)?;
        Ok(grant)
    }

    /// The payload, keys in order (RFC 8949 §4.2.1).
    pub(super) fn write(&self) -> Vec<u8> {
        let optional = [
            self.subject.is_some(),
            self.not_before.is_some(),
            self.issued_at.is_some(),
            !self.networks.is_empty(),
            !self.methods.is_empty(),
        ];
        let mut writer = Writer::default();
        writer.map(5 + optional.into_iter().filter(|there| *there).count());
        writer.unsigned(ISS);
        writer.text(ISSUER);
        if let Some(subject) = &self.subject {
            writer.unsigned(SUB);
            writer.text(subject);
        }
        for (key, time) in [(EXP, Some(self.expires)), (NBF, self.not_before), (IAT, self.issued_at)] {
            if let Some(time) = time {
                writer.unsigned(key);
                writer.unsigned(time);
            }
        }
        writer.unsigned(CTI);
        writer.bytes(&self.id);
        writer.unsigned(CATV);
        writer.unsigned(VERSION);
        if !self.networks.is_empty() {
            writer.unsigned(CATNIP);
            writer.array(self.networks.len());
            self.networks.iter().for_each(|network| network.write(&mut writer));
        }
        writer.unsigned(CATU);
        writer.map(1);
        writer.unsigned(PATH);
        writer.map(1);
        writer.unsigned(PREFIX_MATCH);
        writer.text(&self.prefix);
        if !self.methods.is_empty() {
            writer.unsigned(CATM);
            writer.array(self.methods.len());
            self.methods.iter().for_each(|method| writer.text(method));
        }
        writer.finish()
    }
}

/// The claims as they come.
#[derive(Debug, Default)]
struct Draft<'a> {
    issuer: Option<()>,
    id: Option<&'a [u8]>,
    subject: Option<&'a str>,
    expires: Option<u64>,
    not_before: Option<u64>,
    issued_at: Option<u64>,
    prefix: Option<&'a str>,
    networks: Vec<Network>,
    methods: Vec<String>,
}

impl<'a> Draft<'a> {
    fn claim(&mut self, key: u64, reader: &mut Reader<'a>) -> Result<(), Malformed> {
        match key {
            ISS => self.issuer = Some(exactly(reader.text()?, ISSUER)?),
            SUB => self.subject = Some(reader.text()?),
            EXP => self.expires = Some(reader.unsigned()?),
            NBF => self.not_before = Some(reader.unsigned()?),
            IAT => self.issued_at = Some(reader.unsigned()?),
            CTI => self.id = Some(reader.bytes()?),
            CATV => exactly(reader.unsigned()?, VERSION)?,
            CATNIP => self.networks = several(reader, Network::read)?,
            CATU => self.prefix = Some(prefix(reader)?),
            CATM => self.methods = several(reader, |reader| reader.text().map(str::to_owned))?,
            // A rule that cannot be checked is no rule that may be passed over.
            _ => return Err(Malformed),
        }
        Ok(())
    }
}

fn exactly<T: Copy + PartialEq>(value: T, expected: T) -> Result<(), Malformed> {
    if value == expected { Ok(()) } else { Err(Malformed) }
}

/// An array that is not empty.
fn several<'a, T>(
    reader: &mut Reader<'a>,
    item: impl Fn(&mut Reader<'a>) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let mut items = Vec::new();
    for _ in 0..reader.array()? {
        items.push(item(reader)?);
    }
    if items.is_empty() { Err(Malformed) } else { Ok(items) }
}

/// `{3: {1: PREFIX}}` and nothing beside.
fn prefix<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Malformed> {
    if (reader.map()?, reader.unsigned()?, reader.map()?, reader.unsigned()?) != (1, PATH, 1, PREFIX_MATCH) {
        return Err(Malformed);
    }
    reader.text()
}
