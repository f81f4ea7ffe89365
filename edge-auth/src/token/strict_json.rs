//! JSON objects with one reading: UTF-8, no duplicate key at the top level, nested at most 64 deep.
//!
//! Two parsers that disagree about a duplicate key would see two tokens (RFC 8725 §2.4 and RFC 7515 §4 ask for
//! rejection; most libraries take the last).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The deepest nesting that is read; the object itself counts as one.
const DEEPEST: usize = 64;

/// An object that keeps its own text: a string is a place in it, and only one with escapes is a copy. Tokens are read at
/// every first request of a session, and hold no escapes.
#[derive(Debug, Clone)]
pub struct Object {
    text: String,
    members: Vec<(Text, Member)>,
}

/// What a member of an object is, as far as tokens use it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'o> {
    /// A string.
    Text(&'o str),
    /// A number; see RFC 8259 §6 on how exact.
    Number(f64),
    /// An array of strings.
    Texts(Texts<'o>),
    /// Anything else.
    Other,
}

/// An array of strings.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'o> {
    object: &'o Object,
    list: &'o [Text],
}

impl<'o> Texts<'o> {
    /// The strings in order.
    pub fn iter(self) -> impl Iterator<Item = &'o str> {
        self.list.iter().map(move |text| self.object.resolve(text))
    }
}

impl PartialEq for Texts<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

#[derive(Debug, Clone)]
enum Text {
    /// Where it starts and how long it is; half the room of two `usize`, of which every remembered token has dozens.
    At(u32, u32),
    Unescaped(Box<str>),
}

#[derive(Debug, Clone)]
enum Member {
    Text(Text),
    Number(f64),
    Texts(Vec<Text>),
    Other,
}

/// Most tokens have fewer claims than that. So many take a kilobyte, up to which glibc keeps freed memory at hand.
const USUAL_MEMBERS: usize = 18;

impl Object {
    /// Reads an object, or nothing where the bytes are anything else.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let text = String::from_utf8(bytes).ok()?;
        let mut json = serde_json::Deserializer::from_str(&text);
        let members = Members(In { text: &text, depth: 1 }).deserialize(&mut json).ok()?;
        json.end().ok()?;
        let object = Self { text, members };
        object.has_unique_names().then_some(object)
    }

    /// The member of that name.
    pub fn get(&self, name: &str) -> Option<Value<'_>> {
        let (_, member) =
            self.members.iter().find(|(text, _)| text.len() == name.len() && self.resolve(text) == name)?;
        Some(match member {
            Member::Text(text) => Value::Text(self.resolve(text)),
            Member::Number(number) => Value::Number(*number),
            Member::Texts(list) => Value::Texts(Texts { object: self, list }),
            Member::Other => Value::Other,
        })
    }

    /// The member of that name, where it is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn has_unique_names(&self) -> bool {
        let names = || self.members.iter().map(|(name, _)| self.resolve(name));
        if self.members.len() <= USUAL_MEMBERS {
            // So few are compared with one another sooner than they are sorted.
            return names().enumerate().all(|(at, name)| names().take(at).all(|other| other != name));
        }
        let mut sorted: Vec<&str> = names().collect();
        sorted.sort_unstable();
        sorted.windows(2).all(|pair| pair.first() != pair.last())
    }

    fn resolve<'o>(&'o self, text: &'o Text) -> &'o str {
        match text {
            Text::At(start, length) => {
                let (start, length) = (*start as usize, *length as usize);
                self.text.get(start..start + length).unwrap_or_default()
            }
            Text::Unescaped(text) => text,
        }
    }
}

impl Text {
    fn len(&self) -> usize {
        match self {
            Self::At(_, length) => *length as usize,
            Self::Unescaped(text) => text.len(),
        }
    }
}

/// The text that is being read, and how deep in it.
#[derive(Clone, Copy)]
struct In<'t> {
    text: &'t str,
    depth: usize,
}

impl In<'_> {
    /// The place of a part of the text; a copy where that is too far behind to be counted.
    fn place(self, part: &str) -> Text {
        let start = u32::try_from(part.as_ptr().addr() - self.text.as_ptr().addr());
        match (start, u32::try_from(part.len())) {
            (Ok(start), Ok(length)) => Text::At(start, length),
            _ => Text::Unescaped(part.into()),
        }
    }

    /// One level further down. The parser itself would go on to 128.
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let deeper = Self { depth: self.depth + 1, ..self };
        if deeper.depth <= DEEPEST { Ok(deeper) } else { Err(E::custom("nested too deep")) }
    }
}

struct Members<'t>(In<'t>);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = Vec<(Text, Member)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Vec<(Text, Member)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(USUAL_MEMBERS);
        while let Some(Member::Text(name)) = map.next_key_seed(self.0)? {
            members.push((name, map.next_value_seed(self.0)?));
        }
        Ok(members)
    }
}

impl<'de> DeserializeSeed<'de> for In<'_> {
    type Value = Member;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Member, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for In<'_> {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Member, E> {
        Ok(Member::Text(self.place(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Member, E> {
        Ok(Member::Text(Text::Unescaped(text.into())))
    }

    #[allow(clippy::cast_precision_loss)]
    fn visit_u64<E: Error>(self, number: u64) -> Result<Member, E> {
        Ok(Member::Number(number as f64))
    }

    #[allow(clippy::cast_precision_loss)]
    fn visit_i64<E: Error>(self, number: i64) -> Result<Member, E> {
        Ok(Member::Number(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Member, E> {
        Ok(Member::Number(number))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_unit<E: Error>(self) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Member, A::Error> {
        let (inside, mut texts, mut others) = (self.deeper()?, Vec::new(), false);
        while let Some(member) = list.next_element_seed(inside)? {
            match member {
                Member::Text(text) => texts.push(text),
                _ => others = true,
            }
        }
        Ok(if others { Member::Other } else { Member::Texts(texts) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Member, A::Error> {
        let inside = self.deeper()?;
        while map.next_key_seed(inside)?.is_some() {
            map.next_value_seed(inside)?;
        }
        Ok(Member::Other)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn object(bytes: &[u8]) -> Option<Object> {
        Object::read(bytes.to_vec())
    }

    #[test]
    fn one_reading_only() {
        let nested = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n), "]".repeat(n));
        assert!(object(nested(63).as_bytes()).is_some());
        assert!(object(nested(64).as_bytes()).is_none());
        assert!(object(br#"{"a":"[[[{{{\"["}"#).is_some());
        // More members than are compared pair by pair.
        let many = |last: &str| {
            format!("{{{},\"{last}\":0}}", (0..30).map(|i| format!("\"m{i}\":{i}")).collect::<Vec<_>>().join(","))
        };
        assert!(object(many("x").as_bytes()).is_some());
        assert!(object(many("m7").as_bytes()).is_none());
        for bad in [
            &b"[]"[..],
            b"null",
            b"\"x\"",
            b"{",
            b"{}x",
            b"{} {}",
            br#"{"a":1,"a":1}"#,
            br#"{"a":1,"\u0061":2}"#,
            br#"{"a":"\ud800"}"#,
            br#"{"a":{"b":["\ud800"]}}"#,
            br#"{"a":1e999}"#,
            br#"{"a":{"b":[1e999]}}"#,
            b"{\"a\":\"\xff\"}",
            b"\xef\xbb\xbf{}",
            b"{'a':1}",
            b"{\"a\":01}",
            b"{\"a\":1,}",
        ] {
            assert!(object(bad).is_none(), "{}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn members_keep_their_types() {
        let object = object(
            br#"{"a":"x","\u0062":"\u00e9\n","n":-1.5,"i":18446744073709551615,"l":["p","\u0071"],"e":[],
                 "m":["p",1],"o":{"a":"y"},"t":true,"z":null}"#,
        )
        .unwrap();
        assert_eq!(object.get("a"), Some(Value::Text("x")));
        assert_eq!(object.text("b"), Some("\u{e9}\n"));
        assert_eq!(object.get("n"), Some(Value::Number(-1.5)));
        assert_eq!(object.get("i"), Some(Value::Number(18_446_744_073_709_551_615.0)));
        for (name, texts) in [("l", &["p", "q"][..]), ("e", &[])] {
            assert!(matches!(object.get(name), Some(Value::Texts(list)) if list.iter().eq(texts.iter().copied())));
        }
        for name in ["m", "o", "t", "z"] {
            assert_eq!(object.get(name), Some(Value::Other), "{name}");
        }
        assert_eq!(object.get("x"), None);
        assert_eq!(object.text("n"), None);
    }
}
