use s3s::dto::{ETag, ETagCondition, Timestamp};
use time::OffsetDateTime;

/// The conditions of a request on an object, as RFC 9110 orders them.
#[derive(Default)]
pub(super) struct Conditions<'a> {
    /// `If-Match`
    pub matching: Option<&'a ETagCondition>,
    /// `If-None-Match`
    pub not_matching: Option<&'a ETagCondition>,
    /// `If-Modified-Since`
    pub modified_since: Option<&'a Timestamp>,
    /// `If-Unmodified-Since`
    pub unmodified_since: Option<&'a Timestamp>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Proceed,
    NotModified,
    Failed,
}

impl Conditions<'_> {
    pub(super) fn judge(&self, etag: &ETag, modified: &Timestamp) -> Verdict {
        // The dates that clients send back have whole seconds, files' have not.
        let seconds = |at: &Timestamp| OffsetDateTime::from(at.clone()).unix_timestamp();
        let later_than = |since: &Timestamp| seconds(modified) > seconds(since);
        let still_the_same = match (self.matching, self.unmodified_since) {
            (Some(ETagCondition::ETag(wanted)), _) => etag.strong_cmp(wanted),
            (None, Some(since)) => !later_than(since),
            (Some(ETagCondition::Any), _) | (None, None) => true,
        };
        let changed = match (self.not_matching, self.modified_since) {
            (Some(ETagCondition::Any), _) => false,
            (Some(ETagCondition::ETag(known)), _) => !etag.weak_cmp(known),
            (None, Some(since)) => later_than(since),
            (None, None) => true,
        };
        match (still_the_same, changed) {
            (false, _) => Verdict::Failed,
            (true, false) => Verdict::NotModified,
            (true, true) => Verdict::Proceed,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn at(milliseconds: u64) -> Timestamp {
        Timestamp::from(SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds))
    }

    fn tag(value: &str) -> ETagCondition {
        ETagCondition::ETag(ETag::Strong(value.to_owned()))
    }

    fn judge(conditions: &Conditions<'_>) -> Verdict {
        conditions.judge(&ETag::Strong("current".to_owned()), &at(1_000_700))
    }

    #[test]
    fn entity_tags_decide_before_dates() {
        let (current, other) = (tag("current"), tag("other"));
        let (before, after) = (at(999_000), at(1_002_000));
        let known = Conditions { not_matching: Some(&current), modified_since: Some(&before), ..Conditions::default() };
        assert_eq!(judge(&known), Verdict::NotModified);
        let stale = Conditions { not_matching: Some(&other), modified_since: Some(&after), ..Conditions::default() };
        assert_eq!(judge(&stale), Verdict::Proceed);
        let wrong = Conditions { matching: Some(&other), unmodified_since: Some(&after), ..Conditions::default() };
        assert_eq!(judge(&wrong), Verdict::Failed);
        let right = Conditions { matching: Some(&current), unmodified_since: Some(&before), ..Conditions::default() };
        assert_eq!(judge(&right), Verdict::Proceed);
    }

    #[test]
    fn the_date_that_was_sent_counts_as_unmodified() {
        let sent = at(1_000_000);
        let cached = Conditions { modified_since: Some(&sent), ..Conditions::default() };
        assert_eq!(judge(&cached), Verdict::NotModified);
        let guarded = Conditions { unmodified_since: Some(&sent), ..Conditions::default() };
        assert_eq!(judge(&guarded), Verdict::Proceed);
        let earlier = at(999_999);
        let guarded = Conditions { unmodified_since: Some(&earlier), ..Conditions::default() };
        assert_eq!(judge(&guarded), Verdict::Failed);
    }

    #[test]
    fn a_failed_match_wins_over_not_modified() {
        let (current, other) = (tag("current"), tag("other"));
        let both = Conditions { matching: Some(&other), not_matching: Some(&current), ..Conditions::default() };
        assert_eq!(judge(&both), Verdict::Failed);
    }
}
