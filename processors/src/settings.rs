//! The environment, read once and in one place.

use std::fmt;

use crate::Tools;

/// What a processor is told by its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `STAGEDOOR_CATALOG`: the catalog's address (`sqlite:PATH` or `dynamodb:PREFIX`).
    pub catalog: String,
    /// `STAGEDOOR_RAW_BUCKET`: where uploads are.
    pub raw_bucket: String,
    /// `STAGEDOOR_MEDIA_BUCKET`: where renditions go.
    pub media_bucket: String,
    /// What decodes: this very program.
    pub tools: Tools,
    /// Whether buckets stand in the path of a URL, as they do behind every endpoint that is not AWS's own
    /// (`AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` is set).
    pub path_style: bool,
}

/// Everything that is wrong with the environment, one problem a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError(pub Vec<String>);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// All problems at once, each naming its variable.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::from_lookup(environment)
    }

    /// Reads from any source of named values.
    ///
    /// # Errors
    /// All problems at once, each naming its variable.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut problems = Vec::new();
        let present = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let mut required = |name: &str, expected: &str| {
            present(name).unwrap_or_else(|| {
                problems.push(format!("{name} is not set; expected {expected}"));
                String::new()
            })
        };
        let catalog = required("STAGEDOOR_CATALOG", "the catalog's address, sqlite:PATH or dynamodb:PREFIX");
        let raw_bucket = required("STAGEDOOR_RAW_BUCKET", "the name of the bucket that takes uploads");
        let media_bucket = required("STAGEDOOR_MEDIA_BUCKET", "the name of the bucket that renditions go to");
        if !raw_bucket.is_empty() && raw_bucket == media_bucket {
            // Writing where an event listens calls the function again, for ever.
            problems.push("STAGEDOOR_MEDIA_BUCKET equals STAGEDOOR_RAW_BUCKET; expected another bucket".to_owned());
        }
        let path_style = present("AWS_ENDPOINT_URL_S3").or_else(|| present("AWS_ENDPOINT_URL")).is_some();
        let renderer = std::env::current_exe().unwrap_or_default();
        let tools = Tools { renderer };
        if problems.is_empty() {
            Ok(Self { catalog, raw_bucket, media_bucket, tools, path_style })
        } else {
            Err(SettingsError(problems))
        }
    }
}

/// A variable of the process's environment.
#[expect(clippy::disallowed_methods, reason = "this is the settings module")]
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The log filter of `STAGEDOOR_LOG`, `info` without it.
pub fn log_filter() -> String {
    // Read apart from the rest: the log has to be there before it.
    environment("STAGEDOOR_LOG").filter(|filter| !filter.is_empty()).unwrap_or_else(|| "info".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::from_lookup(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    const WHOLE: [(&str, &str); 3] = [
        ("STAGEDOOR_CATALOG", "sqlite:/data/catalog"),
        ("STAGEDOOR_RAW_BUCKET", "raw"),
        ("STAGEDOOR_MEDIA_BUCKET", "media"),
    ];

    #[test]
    fn a_whole_environment_is_read() {
        let settings = read(&WHOLE).unwrap();
        assert_eq!(settings.catalog, "sqlite:/data/catalog");
        assert_eq!((settings.raw_bucket.as_str(), settings.media_bucket.as_str()), ("raw", "media"));
        assert!(!settings.path_style);
    }

    #[test]
    fn an_endpoint_of_ones_own_is_addressed_by_path() {
        for name in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"] {
            let pairs: Vec<_> = WHOLE.into_iter().chain([(name, "http://127.0.0.1:9000")]).collect();
            assert!(read(&pairs).unwrap().path_style, "{name}");
        }
    }

    #[test]
    fn all_problems_are_named_at_once() {
        let problems = read(&[("STAGEDOOR_CATALOG", "")]).unwrap_err().to_string();
        let lines: Vec<&str> = problems.lines().collect();
        let named = ["STAGEDOOR_CATALOG", "STAGEDOOR_RAW_BUCKET", "STAGEDOOR_MEDIA_BUCKET"];
        assert_eq!(lines.len(), named.len(), "{problems}");
        for (line, name) in lines.iter().zip(named) {
            assert!(line.starts_with(name) && line.contains("expected"), "{line}");
        }
    }

    #[test]
    fn one_bucket_for_both_is_refused() {
        let error = read(&[WHOLE[0], ("STAGEDOOR_RAW_BUCKET", "b"), ("STAGEDOOR_MEDIA_BUCKET", "b")]).unwrap_err();
        assert!(error.to_string().contains("STAGEDOOR_MEDIA_BUCKET equals STAGEDOOR_RAW_BUCKET"), "{error}");
    }
}
