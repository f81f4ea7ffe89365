//! Reading events without copying what can be borrowed. By hand, since `#[serde(flatten)]` would copy every value once more;
//! together that is half the time of a decision over a token that was seen before.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Map;

use super::{Config, Event, Exchange, Header, Headers, Record, Request};

/// Reads a mapping: known fields into `Option`s of their own, everything else into `rest`.
macro_rules! mapping {
    ($type:ident, $expecting:literal, { $($field:ident: $name:literal as $read:ty),* }, |$rest:ident| $make:expr) => {
        impl<'de> Deserialize<'de> for $type<'de> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> Visitor<'de> for Fields {
                    type Value = $type<'de>;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$type<'de>, A::Error> {
                        $(let mut $field: Option<$read> = None;)*
                        let mut $rest = Map::new();
                        while let Some(Text(key)) = map.next_key()? {
                            match &*key {
                                $($name if $field.is_some() => {
                                    return Err(A::Error::duplicate_field($name));
                                })*
                                $($name => $field = map.next_value()?,)*
                                _ => drop($rest.insert(key.into_owned(), map.next_value()?)),
                            }
                        }
                        $make
                    }
                }
                deserializer.deserialize_map(Fields)
            }
        }
    };
}

mapping!(Event, "the mapping of an event", { records: "Records" as Records<'de> }, |_rest| {
    Ok(Event { records: records.ok_or_else(|| A::Error::missing_field("Records"))?.0 })
});

/// The list of records. There is one: a vector that grows takes four times the room at once.
struct Records<'e>(Vec<Record<'e>>);

impl<'de> Deserialize<'de> for Records<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Records<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the list of records")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Records<'de>, A::Error> {
                let mut records = Vec::with_capacity(1);
                while let Some(record) = list.next_element()? {
                    records.push(record);
                }
                Ok(Records(records))
            }
        }
        deserializer.deserialize_seq(List)
    }
}

mapping!(Record, "the mapping of a record", { cf: "cf" as Exchange<'de> }, |_rest| {
    Ok(Record { cf: cf.ok_or_else(|| A::Error::missing_field("cf"))? })
});

mapping!(
    Exchange,
    "the mapping cf",
    { config: "config" as Config<'de>, request: "request" as Request<'de> },
    |rest| Ok(Exchange { config, request: request.ok_or_else(|| A::Error::missing_field("request"))?, rest })
);

mapping!(
    Config,
    "the mapping config",
    { domain_name: "distributionDomainName" as Text<'de>, id: "distributionId" as Text<'de>,
      event_type: "eventType" as Text<'de>, request_id: "requestId" as Text<'de> },
    |rest| Ok(Config {
        distribution_domain_name: domain_name.map(Text::into),
        distribution_id: id.map(Text::into),
        event_type: event_type.map(Text::into),
        request_id: request_id.map(Text::into),
        rest,
    })
);

mapping!(
    Request,
    "the mapping request",
    { client_ip: "clientIp" as Text<'de>, headers: "headers" as Headers<'de>, method: "method" as Text<'de>,
      querystring: "querystring" as Text<'de>, uri: "uri" as Text<'de> },
    |rest| Ok(Request {
        client_ip: client_ip.map(Text::into),
        headers: headers.unwrap_or_default(),
        method: method.ok_or_else(|| A::Error::missing_field("method"))?.0,
        querystring: querystring.map(Text::into).unwrap_or_default(),
        uri: uri.ok_or_else(|| A::Error::missing_field("uri"))?.0,
        rest,
    })
);

mapping!(Line, "a line of a header", { key: "key" as Text<'de>, value: "value" as Text<'de> }, |_rest| {
    let value = value.ok_or_else(|| A::Error::missing_field("value"))?.0;
    Ok(Line { key: key.map(Text::into), value })
});

/// A header without its name, which stands before the list.
struct Line<'e> {
    key: Option<Cow<'e, str>>,
    value: Cow<'e, str>,
}

/// A string, borrowed where JSON writes it as it is; serde's own `Cow` is always a copy.
struct Text<'e>(Cow<'e, str>);

impl<'e> From<Text<'e>> for Cow<'e, str> {
    fn from(text: Text<'e>) -> Self {
        text.0
    }
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(text.into()))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(text.to_owned().into()))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(text.into()))
            }
        }
        deserializer.deserialize_str(Either)
    }
}

/// Most requests have no more lines of headers than that.
const USUAL_LINES: usize = 24;

impl<'de> Deserialize<'de> for Headers<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lists;
        impl<'de> Visitor<'de> for Lists {
            type Value = Headers<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("lists of header lines by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers<'de>, A::Error> {
                let mut lines = Vec::with_capacity(USUAL_LINES);
                while let Some(Text(name)) = map.next_key()? {
                    map.next_value_seed(Lines { name, into: &mut lines })?;
                }
                Ok(Headers::of(lines))
            }
        }
        deserializer.deserialize_map(Lists)
    }
}

/// Reads the lines of one name into the list of all.
struct Lines<'l, 'e> {
    name: Cow<'e, str>,
    into: &'l mut Vec<Header<'e>>,
}

impl<'de> DeserializeSeed<'de> for Lines<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Lines<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of header lines")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(Line { key, value }) = list.next_element()? {
            self.into.push(Header { name: self.name.clone(), key, value });
        }
        Ok(())
    }
}
