use catalog::Progress;
use serde::Serialize;

/// How far the processor of a title is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Progress)]
pub struct ProgressView {
    /// What is being done now: a lower-case word that stays the same, such as `poster`, `previews`, `copy`.
    pub step: String,
    /// Steps that ended before it.
    pub done: u32,
    /// Steps altogether.
    pub of: u32,
}

impl From<&Progress> for ProgressView {
    fn from(progress: &Progress) -> Self {
        Self { step: progress.step.clone(), done: progress.done, of: progress.of }
    }
}

impl ProgressView {
    /// What is being done to a title, and which of the steps that is: `Making the previews, step 2 of 3`. A word that this build does not
    /// know is not shown.
    pub fn doing(&self) -> String {
        let Self { step, done, of } = self;
        let doing = match step.as_str() {
            "copy" => "Copying the file",
            "poster" => "Making the poster",
            "previews" => "Making the previews",
            _ => "Processing",
        };
        // Behind the last step there is none to number.
        if done < of { format!("{doing}, step {} of {of}", done.saturating_add(1)) } else { format!("{doing}…") }
    }
}

#[cfg(test)]
mod tests {
    use super::ProgressView;

    #[test]
    fn steps_in_words() {
        let table = [
            ("poster", 0, 3, "Making the poster, step 1 of 3"),
            ("previews", 1, 3, "Making the previews, step 2 of 3"),
            ("copy", 2, 3, "Copying the file, step 3 of 3"),
            ("<b>", 1, 4, "Processing, step 2 of 4"),
            ("copy", 3, 3, "Copying the file…"),
            ("", 0, 0, "Processing…"),
            ("copy", u32::MAX, u32::MAX, "Copying the file…"),
        ];
        for (step, done, of, text) in table {
            assert_eq!(ProgressView { step: step.to_owned(), done, of }.doing(), text);
        }
    }
}
