//! Parameters of a query string or a form, each of which may be there once.

/// The decoded names and values in their order.
pub(super) struct Params(Vec<(String, String)>);

/// A parameter that is not there once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum ParamError {
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0} is there more than once")]
    Repeated(&'static str),
}

impl Params {
    /// Decodes `a=1&b=2`; bytes that are not UTF-8 become replacement characters.
    pub(super) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The parameter; an empty one counts as missing.
    pub(super) fn optional(&self, name: &'static str) -> Result<Option<&str>, ParamError> {
        let mut values = self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
        let first = values.next();
        match values.next() {
            Some(_) => Err(ParamError::Repeated(name)),
            None => Ok(first.filter(|value| !value.is_empty())),
        }
    }

    /// The parameter, which must not be empty.
    pub(super) fn required(&self, name: &'static str) -> Result<&str, ParamError> {
        self.optional(name)?.ok_or(ParamError::Missing(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_there_once_or_not() {
        let params = Params::parse(b"a=1+2%26&b=&c=1&c=1");
        assert_eq!(params.required("a"), Ok("1 2&"));
        assert_eq!(params.optional("b"), Ok(None));
        assert_eq!(params.required("b"), Err(ParamError::Missing("b")));
        assert_eq!(params.optional("c"), Err(ParamError::Repeated("c")));
        assert_eq!(params.optional("d"), Ok(None));
    }
}
