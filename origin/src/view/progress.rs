use catalog::Progress;

/// What is being done to a title, and which of the steps that is: `Making the poster, step 2 of 4`. A word that this build does not
/// know is not shown.
pub fn doing(progress: &Progress) -> String {
    let Progress { step, done, of } = progress;
    let doing = match step.as_str() {
        "copy" => "Copying the file",
        "poster" => "Making the poster",
        "thumbnail" => "Making the thumbnail",
        "previews" => "Making the previews",
        _ => "Processing",
    };
    // Behind the last step there is none to number.
    if done < of { format!("{doing}, step {} of {of}", done.saturating_add(1)) } else { format!("{doing}…") }
}

#[cfg(test)]
mod tests {
    use catalog::Progress;

    use super::doing;

    #[test]
    fn steps_in_words() {
        let table = [
            ("copy", 0, 4, "Copying the file, step 1 of 4"),
            ("poster", 1, 4, "Making the poster, step 2 of 4"),
            ("thumbnail", 2, 4, "Making the thumbnail, step 3 of 4"),
            ("previews", 3, 4, "Making the previews, step 4 of 4"),
            ("<b>", 1, 4, "Processing, step 2 of 4"),
            ("previews", 4, 4, "Making the previews…"),
            ("", 0, 0, "Processing…"),
            ("copy", u32::MAX, u32::MAX, "Copying the file…"),
        ];
        for (step, done, of, text) in table {
            assert_eq!(doing(&Progress { step: step.to_owned(), done, of }), text);
        }
    }
}
