use crate::settings::{SettingsError, environment};

use super::Pauses;

/// What the notify function is told by its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `STAGEDOOR_CATALOG`: the catalog's address (`sqlite:PATH` or `dynamodb:PREFIX`).
    pub catalog: String,
    /// `STAGEDOOR_TOPIC_ARN`: the SNS topic that everything is published to; none without it.
    pub topic: Option<String>,
    /// `STAGEDOOR_WEBHOOK_PAUSES`: seconds before each further attempt, with commas between; [`Pauses::default`] without it.
    pub pauses: Pauses,
    /// `STAGEDOOR_WEBHOOKS_TO_THIS_MACHINE=1`: webhooks may name this machine, over plain HTTP too. For `stagedoor up` alone:
    /// on AWS it would let people reach what listens beside the function.
    pub to_this_machine: bool,
}

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
        let catalog = present("STAGEDOOR_CATALOG").unwrap_or_else(|| {
            let expected = "expected the catalog's address, sqlite:PATH or dynamodb:PREFIX";
            problems.push(format!("STAGEDOOR_CATALOG is not set; {expected}"));
            String::new()
        });
        let topic = present("STAGEDOOR_TOPIC_ARN");
        if topic.as_ref().is_some_and(|arn| !arn.starts_with("arn:")) {
            problems.push("STAGEDOOR_TOPIC_ARN is no ARN; expected arn:aws:sns:REGION:ACCOUNT:NAME".to_owned());
        }
        let pauses = match present("STAGEDOOR_WEBHOOK_PAUSES").map_or(Ok(Pauses::default()), |text| text.parse()) {
            Ok(pauses) => pauses,
            Err(expected) => {
                problems.push(format!("STAGEDOOR_WEBHOOK_PAUSES: {expected}"));
                Pauses::default()
            }
        };
        let to_this_machine = present("STAGEDOOR_WEBHOOKS_TO_THIS_MACHINE");
        if to_this_machine.as_ref().is_some_and(|value| value != "1") {
            problems.push("STAGEDOOR_WEBHOOKS_TO_THIS_MACHINE is not 1; expected 1, or that it is not set".to_owned());
        }
        if problems.is_empty() {
            Ok(Self { catalog, topic, pauses, to_this_machine: to_this_machine.is_some() })
        } else {
            Err(SettingsError(problems))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::from_lookup(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn the_catalog_is_enough() {
        let settings = read(&[("STAGEDOOR_CATALOG", "dynamodb:home"), ("STAGEDOOR_TOPIC_ARN", "")]).unwrap();
        let (catalog, pauses) = ("dynamodb:home".to_owned(), Pauses::default());
        assert_eq!(settings, Settings { catalog, topic: None, pauses, to_this_machine: false });
    }

    #[test]
    fn everything_can_be_set() {
        let settings = read(&[
            ("STAGEDOOR_CATALOG", "sqlite:x"),
            ("STAGEDOOR_TOPIC_ARN", "arn:aws:sns:eu-central-1:1:t"),
            ("STAGEDOOR_WEBHOOK_PAUSES", "1,2"),
            ("STAGEDOOR_WEBHOOKS_TO_THIS_MACHINE", "1"),
        ]);
        let settings = settings.unwrap();
        assert_eq!(settings.topic.as_deref(), Some("arn:aws:sns:eu-central-1:1:t"));
        assert_eq!((settings.pauses, settings.to_this_machine), ("1,2".parse().unwrap(), true));
    }

    #[test]
    fn all_problems_are_named_at_once() {
        let names = [
            ("STAGEDOOR_CATALOG", ""),
            ("STAGEDOOR_TOPIC_ARN", "topic"),
            ("STAGEDOOR_WEBHOOK_PAUSES", "1,soon"),
            ("STAGEDOOR_WEBHOOKS_TO_THIS_MACHINE", "yes"),
        ];
        let problems = read(&names).unwrap_err().0;
        assert_eq!(problems.len(), names.len(), "{problems:?}");
        for (problem, (name, _)) in problems.iter().zip(names) {
            assert!(problem.starts_with(name) && problem.contains("expected"), "{problem}");
        }
    }
}
