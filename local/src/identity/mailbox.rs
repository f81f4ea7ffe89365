//! Where e-mail and text messages go instead of to people: files that a person who tries Stagedoor reads, on a page or by hand.

use super::secrets::random_id;
use super::{IdentityError, files};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// Older messages than the last so many are removed.
const MOST: usize = 200;

/// The folder of messages.
pub(super) struct Mailbox(PathBuf);

/// A message to be sent.
pub(super) struct Message<'a> {
    pub(super) to: &'a str,
    pub(super) medium: Medium,
    pub(super) subject: &'a str,
    pub(super) text: &'a str,
}

/// A message as it lies in its file.
#[derive(Serialize, Deserialize)]
pub(super) struct Letter {
    /// Seconds since 1970.
    pub(super) at: u64,
    pub(super) to: String,
    pub(super) medium: Medium,
    pub(super) subject: String,
    pub(super) text: String,
    /// The code or the password in it, for programs.
    pub(super) code: Option<String>,
}

/// How a message goes, in Cognito's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Medium {
    Email,
    Sms,
}

impl Mailbox {
    /// The folder `mailbox` in the pool's; made where it is missing.
    pub(super) fn open(dir: &Path) -> Result<Self, IdentityError> {
        let dir = dir.join("mailbox");
        files::private_dir(&dir)?;
        Ok(Self(dir))
    }

    /// Puts a message in, at `now` in seconds.
    pub(super) fn put(&self, message: &Message<'_>, code: Option<&str>, now: u64) -> Result<(), IdentityError> {
        let letter = Letter {
            at: now,
            to: message.to.to_owned(),
            medium: message.medium,
            subject: message.subject.to_owned(),
            text: message.text.to_owned(),
            code: code.map(str::to_owned),
        };
        let bytes = serde_json::to_vec_pretty(&letter).map_err(|_| IdentityError::Crypto("encoding a message"))?;
        let names = self.names()?;
        // Names sort by age; the count keeps the order within a second.
        let count = names.last().and_then(|name| name.get(11..17)?.parse::<u32>().ok()).map_or(0, |last| last + 1);
        files::replace(&self.0.join(format!("{now:010}-{:06}-{}.json", count % 1_000_000, random_id())), &bytes)?;
        for old in names.iter().take((names.len() + 1).saturating_sub(MOST)) {
            let _ = fs::remove_file(self.0.join(old));
        }
        Ok(())
    }

    /// All messages, the newest first. A file that is none is left out.
    pub(super) fn letters(&self) -> Result<Vec<Letter>, IdentityError> {
        let letters = self.names()?.into_iter().rev().filter_map(|name| {
            let bytes = files::read(&self.0.join(name)).ok()??;
            serde_json::from_slice(&bytes).ok()
        });
        Ok(letters.collect())
    }

    fn names(&self) -> Result<Vec<String>, IdentityError> {
        let failed = |source| IdentityError::Io { path: self.0.clone(), source };
        let entries = fs::read_dir(&self.0).map_err(failed)?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "json"))
            .collect();
        names.sort_unstable();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_newest_comes_first_and_the_oldest_goes() {
        let dir = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::open(dir.path()).unwrap();
        for number in 0..=MOST {
            let text = number.to_string();
            let message = Message { to: "ada@example.com", medium: Medium::Email, subject: "", text: &text };
            mailbox.put(&message, None, 7).unwrap();
        }
        let texts: Vec<String> = mailbox.letters().unwrap().into_iter().map(|letter| letter.text).collect();
        assert_eq!((texts.len(), texts.first().unwrap().as_str(), texts.last().unwrap().as_str()), (MOST, "200", "1"));
    }
}
