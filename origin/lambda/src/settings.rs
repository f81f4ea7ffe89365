//! The environment, read once and in one place.

use std::fmt;
use std::path::PathBuf;

use catalog::Amount;

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file: where there is no AWS.
    File(PathBuf),
    /// A parameter of Systems Manager. `/aws/reference/secretsmanager/NAME` is a secret of Secrets Manager.
    Parameter(String),
}

/// What the app is told by its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `STAGEDOOR_EDGE`: EDGE.json without its keys; `EDGE.json` in the function's own directory without it.
    pub edge: PathBuf,
    /// `STAGEDOOR_CATALOG`: the catalog's address (`sqlite:PATH` or `dynamodb:PREFIX`).
    pub catalog: String,
    /// `STAGEDOOR_RAW_BUCKET`: where uploads go.
    pub raw_bucket: String,
    /// `STAGEDOOR_MEDIA_BUCKET`: where renditions are.
    pub media_bucket: String,
    /// `STAGEDOOR_OBJECTS_ORIGIN`: `scheme://host[:port]` that browsers send uploads to.
    pub objects_origin: String,
    /// `STAGEDOOR_SIGN_OUT_ORIGIN`: `scheme://host[:port]` where signing out ends.
    pub sign_out_origin: Option<String>,
    /// `STAGEDOOR_PASS_KEYS`: the secret that passes are made with, `ssm:NAME` or `file:PATH`.
    pub pass_keys: Source,
    /// `STAGEDOOR_MAX_UPLOAD_BYTES`.
    pub max_upload_bytes: u64,
    /// `STAGEDOOR_QUOTA_BYTES` and `STAGEDOOR_QUOTA_MINUTES`: for people without a licence; any amount without them.
    pub default_quota: Option<Amount>,
    /// `STAGEDOOR_ADMINISTRATORS`: the group, `admins` without it.
    pub administrators: String,
    /// `STAGEDOOR_TOKEN_API`: `on` or `off`.
    pub token_api: bool,
    /// Whether buckets stand in the path of a URL, as they do behind every endpoint that is not AWS's own.
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
    /// Reads from any source of named values.
    ///
    /// # Errors
    /// All problems at once, each naming its variable.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let present = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let mut problems = Vec::new();
        let mut required = |name: &str, expected: &str| {
            present(name).unwrap_or_else(|| {
                problems.push(format!("{name} is not set; expected {expected}"));
                String::new()
            })
        };
        let catalog = required("STAGEDOOR_CATALOG", "the catalog's address, sqlite:PATH or dynamodb:PREFIX");
        let raw_bucket = required("STAGEDOOR_RAW_BUCKET", "the name of the bucket that takes uploads");
        let media_bucket = required("STAGEDOOR_MEDIA_BUCKET", "the name of the bucket that renditions are in");
        let pass_keys = required("STAGEDOOR_PASS_KEYS", "where the secret of passes is, ssm:NAME or file:PATH");
        let mut wrong = |name: &str, value: &str, expected: &str| {
            problems.push(format!("{name} is {value:?}; expected {expected}"));
        };
        let pass_keys = match pass_keys.split_once(':') {
            Some(("ssm", name)) if !name.is_empty() => Source::Parameter(name.to_owned()),
            Some(("file", path)) if !path.is_empty() => Source::File(path.into()),
            _ => {
                if !pass_keys.is_empty() {
                    // A secret put there by mistake must not reach the log.
                    wrong("STAGEDOOR_PASS_KEYS", "something else", "ssm:NAME or file:PATH");
                }
                Source::File(PathBuf::new())
            }
        };
        let mut number = |name: &str| {
            let text = present(name)?;
            let number = text.parse::<u64>().ok().filter(|n| *n <= Amount::MOST);
            if number.is_none() {
                wrong(name, &text, "a whole number, 0 or greater");
            }
            number
        };
        let (max_upload_bytes, bytes, minutes) =
            (number("STAGEDOOR_MAX_UPLOAD_BYTES"), number("STAGEDOOR_QUOTA_BYTES"), number("STAGEDOOR_QUOTA_MINUTES"));
        let default_quota = (bytes.is_some() || minutes.is_some())
            .then(|| Amount { bytes: bytes.unwrap_or(Amount::MOST), minutes: minutes.unwrap_or(Amount::MOST) });
        let token_api = match present("STAGEDOOR_TOKEN_API").as_deref() {
            None | Some("off") => false,
            Some("on") => true,
            Some(other) => {
                wrong("STAGEDOOR_TOKEN_API", other, "on or off");
                false
            }
        };
        let own_endpoint = present("AWS_ENDPOINT_URL_S3").or_else(|| present("AWS_ENDPOINT_URL"));
        let objects_origin =
            present("STAGEDOOR_OBJECTS_ORIGIN").or_else(|| own_endpoint.clone()).unwrap_or_else(|| {
                let region = present("AWS_REGION").unwrap_or_else(|| "us-east-1".to_owned());
                format!("https://{raw_bucket}.s3.{region}.amazonaws.com")
            });
        let directory = present("LAMBDA_TASK_ROOT").map(PathBuf::from).unwrap_or_default();
        let settings = Self {
            edge: present("STAGEDOOR_EDGE").map_or_else(|| directory.join("EDGE.json"), PathBuf::from),
            objects_origin,
            sign_out_origin: present("STAGEDOOR_SIGN_OUT_ORIGIN"),
            max_upload_bytes: max_upload_bytes.unwrap_or(origin::LARGEST_UPLOAD).min(origin::LARGEST_UPLOAD),
            administrators: present("STAGEDOOR_ADMINISTRATORS").unwrap_or_else(|| "admins".to_owned()),
            path_style: own_endpoint.is_some(),
            catalog,
            raw_bucket,
            media_bucket,
            pass_keys,
            default_quota,
            token_api,
        };
        if problems.is_empty() { Ok(settings) } else { Err(SettingsError(problems)) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Amount, PathBuf, Settings, SettingsError, Source};

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::from_lookup(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    const WHOLE: [(&str, &str); 4] = [
        ("STAGEDOOR_CATALOG", "dynamodb:stagedoor"),
        ("STAGEDOOR_RAW_BUCKET", "raw"),
        ("STAGEDOOR_MEDIA_BUCKET", "media"),
        ("STAGEDOOR_PASS_KEYS", "ssm:/aws/reference/secretsmanager/passes"),
    ];

    #[test]
    fn what_is_not_said_has_a_meaning() {
        let on_aws: Vec<_> =
            WHOLE.into_iter().chain([("AWS_REGION", "eu-central-1"), ("LAMBDA_TASK_ROOT", "/var/task")]).collect();
        let settings = read(&on_aws).unwrap();
        assert_eq!(settings.edge, PathBuf::from("/var/task/EDGE.json"));
        assert_eq!(settings.objects_origin, "https://raw.s3.eu-central-1.amazonaws.com");
        assert_eq!(settings.pass_keys, Source::Parameter("/aws/reference/secretsmanager/passes".to_owned()));
        assert_eq!((settings.default_quota, settings.token_api, settings.path_style), (None, false, false));
        assert_eq!((settings.administrators.as_str(), settings.max_upload_bytes), ("admins", 5 << 40));
    }

    #[test]
    fn everything_can_be_said() {
        let more = [
            ("STAGEDOOR_QUOTA_BYTES", "5000"),
            ("STAGEDOOR_TOKEN_API", "on"),
            ("STAGEDOOR_MAX_UPLOAD_BYTES", "1000"),
            ("AWS_ENDPOINT_URL_S3", "http://localhost:9000"),
        ];
        let settings = read(&WHOLE.into_iter().chain(more).collect::<Vec<_>>()).unwrap();
        assert_eq!(settings.default_quota, Some(Amount { bytes: 5_000, minutes: Amount::MOST }));
        assert_eq!((settings.token_api, settings.max_upload_bytes, settings.path_style), (true, 1_000, true));
        assert_eq!(settings.objects_origin, "http://localhost:9000");
    }

    #[test]
    fn all_problems_are_named_at_once_and_no_secret_is_shown() {
        let wrong = [
            ("STAGEDOOR_PASS_KEYS", "{\"keys\":[\"hunter2\"]}"),
            ("STAGEDOOR_QUOTA_MINUTES", "many"),
            ("STAGEDOOR_TOKEN_API", "yes"),
        ];
        let problems = read(&wrong).unwrap_err().to_string();
        let named = ["CATALOG", "RAW_BUCKET", "MEDIA_BUCKET", "PASS_KEYS", "QUOTA_MINUTES", "TOKEN_API"];
        assert_eq!(problems.lines().count(), named.len(), "{problems}");
        for (line, name) in problems.lines().zip(named) {
            assert!(line.starts_with(&format!("STAGEDOOR_{name}")) && line.contains("expected"), "{line}");
        }
        assert!(!problems.contains("hunter2"));
    }
}
