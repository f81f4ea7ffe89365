//! From parts to an object, in steps of which each may be the last before a kill.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use s3s::{S3Error, S3Result};
use serde_json::{Map, Value};

use super::records::{Finished, Part, Temporary, absent, read_json, write_json};
use super::{FINISHED, Found, no_such_upload};

/// The whole object, before it has its name.
const OBJECT: &str = "object";

/// What an object is put together from.
pub(super) struct Assembly<'a> {
    pub root: &'a Path,
    pub found: &'a Found,
    pub parts: &'a [Part],
    pub finished: &'a Finished,
}

/// In this order. Up to `Decide` the upload is as it was, from there on it will be an object; `Name` comes last, so that the
/// object under its key has its description already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Join,
    Decide,
    Describe,
    Digest,
    Name,
}

impl Step {
    pub const ALL: [Self; 5] = [Self::Join, Self::Decide, Self::Describe, Self::Digest, Self::Name];
}

impl Assembly<'_> {
    /// Takes all steps that have not been taken.
    pub fn run(&self) -> S3Result<()> {
        let decided = read_json::<Finished>(&self.found.folder.join(FINISHED))?.is_some();
        if decided && !self.found.folder.join(OBJECT).exists() {
            return Ok(());
        }
        let first = if decided { Step::Describe } else { Step::Join };
        Step::ALL.into_iter().skip_while(|step| *step != first).try_for_each(|step| self.take(step))
    }

    pub fn take(&self, step: Step) -> S3Result<()> {
        let (folder, upload) = (&self.found.folder, &self.found.upload);
        match step {
            Step::Join => self.join(),
            Step::Decide => write_json(folder, FINISHED, self.finished),
            Step::Describe => self.beside("metadata", &upload.attributes),
            Step::Digest => {
                let field = format!("checksum_{}", upload.kind.algorithm.name().to_lowercase());
                let checksum = Value::from(self.finished.checksum.clone());
                let etag = ("e_tag".to_owned(), Value::from(self.finished.etag.clone()));
                self.beside("internal", &Map::from_iter([etag, (field, checksum)]))
            }
            Step::Name => {
                let path = self.root.join(&upload.bucket).join(&upload.key);
                let above = path.parent().unwrap_or(self.root);
                let named = fs::create_dir_all(above).and_then(|()| fs::rename(folder.join(OBJECT), &path));
                named.map_err(S3Error::internal_error)
            }
        }
    }

    fn join(&self) -> S3Result<()> {
        let folder = &self.found.folder;
        let temporary = Temporary::in_folder(folder);
        let mut object = File::create(temporary.path()).map_err(absent(no_such_upload))?;
        for part in self.parts {
            let mut part = File::open(folder.join(&part.file)).map_err(S3Error::internal_error)?;
            io::copy(&mut part, &mut object).map_err(S3Error::internal_error)?;
        }
        temporary.keep_as(&folder.join(OBJECT)).map_err(absent(no_such_upload))
    }

    /// Writes one of the files that s3s-fs 0.14.1 keeps of an object beside its bucket's directory.
    fn beside(&self, what: &str, record: &impl serde::Serialize) -> S3Result<()> {
        let encoded = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        let upload = &self.found.upload;
        let name = format!(".bucket-{}.object-{}.{what}.json", encoded(&upload.bucket), encoded(&upload.key));
        let (folder, made) = (&self.found.folder, format!("made.{what}"));
        write_json(folder, &made, record)?;
        fs::rename(folder.join(made), self.root.join(name)).map_err(S3Error::internal_error)
    }
}
