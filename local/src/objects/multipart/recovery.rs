//! What a killed process left.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use s3s::{S3Error, S3Result};

use super::list::entries;
use super::records::{Finished, Upload, read_json};
use super::steps::Assembly;
use super::{Completed, FINISHED, Found, Multipart, UPLOAD};

/// An object that a process put together before it was killed, and did not get to announce.
pub(in crate::objects) struct Recovered {
    pub bucket: String,
    pub key: String,
    pub completed: Completed,
}

impl Multipart {
    /// Brings every object to its end whose upload was completed, and removes what no record names. To be called before
    /// anything else, by the only process.
    pub(in crate::objects) fn recover(&self) -> S3Result<Vec<Recovered>> {
        let mut recovered = Vec::new();
        for entry in entries(&self.folder())? {
            let folder = entry.path();
            let Some(upload) = read_json::<Upload>(&folder.join(UPLOAD))?.filter(|_| folder.extension().is_none())
            else {
                fs::remove_dir_all(&folder).map_err(S3Error::internal_error)?;
                continue;
            };
            let found = Found { folder, upload };
            match read_json::<Finished>(&found.folder.join(FINISHED))? {
                None => found.tidy()?,
                Some(finished) => {
                    Assembly { root: &self.root, found: &found, parts: &[], finished: &finished }.run()?;
                    recovered.push(Recovered {
                        bucket: found.upload.bucket.clone(),
                        key: found.upload.key.clone(),
                        completed: found.completed(&finished),
                    });
                    found.lock()?.forget()?;
                }
            }
        }
        Ok(recovered)
    }
}

impl Found {
    fn tidy(&self) -> S3Result<()> {
        let mut named = HashSet::from([UPLOAD.to_owned()]);
        for number in self.numbers()? {
            if let Some(part) = self.part(number)? {
                named.insert(part.file);
                named.insert(super::parts::record_name(number));
            }
        }
        let is_named = |path: &Path| path.file_name().and_then(|n| n.to_str()).is_some_and(|n| named.contains(n));
        for entry in entries(&self.folder)? {
            if !is_named(&entry.path()) {
                fs::remove_file(entry.path()).map_err(S3Error::internal_error)?;
            }
        }
        Ok(())
    }
}
