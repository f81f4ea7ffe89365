use super::Heif;

/// The properties that decide what a tile's pixels are; how the whole is turned is none of its.
const KINDS: [&[u8; 4]; 4] = [b"hvcC", b"ispe", b"colr", b"pixi"];

impl Heif<'_> {
    /// A tile as a HEIC file of its own. `None`: its data is not in the file.
    pub fn alone(&self, item: u32) -> Option<Vec<u8>> {
        let data = self.data(item)?;
        let mut properties = self.listed(item)?;
        properties.retain(|(kind, _)| KINDS.contains(&kind));
        // How the samples become colours is often said of the whole alone.
        if !properties.iter().any(|(kind, _)| kind == b"colr") {
            properties.extend(self.listed(self.primary)?.into_iter().filter(|(kind, _)| kind == b"colr"));
        }
        let count = u8::try_from(properties.len()).ok().filter(|count| *count < 0x80)?;
        let container = properties.iter().flat_map(|(kind, body)| boxed(*kind, body)).collect::<Vec<u8>>();
        // One item, number 1, with all the properties.
        let uses = [&[0, 0, 0, 1, 0, 1, count][..], &(1..=count).collect::<Vec<u8>>()].concat();
        let properties = [boxed(*b"ipco", &container), full(*b"ipma", 0, &uses)].concat();
        let entry = full(*b"infe", 2, b"\0\x01\0\0hvc1\0");
        let before = |start: u32| {
            let place =
                [b"\x44\0\0\x01\0\x01\0\0\0\x01", &start.to_be_bytes()[..], &length(&data)?.to_be_bytes()].concat();
            let parts = [
                full(*b"hdlr", 0, b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"),
                full(*b"pitm", 0, b"\0\x01"),
                full(*b"iinf", 0, &[b"\0\x01", entry.as_slice()].concat()),
                boxed(*b"iprp", &properties),
                full(*b"iloc", 0, &place),
            ];
            Some([boxed(*b"ftyp", b"heic\0\0\0\0mif1heic"), full(*b"meta", 0, &parts.concat())].concat())
        };
        // The place of the data has four bytes whatever it is.
        let start = length(&before(0)?)? + 8;
        Some([before(start)?, boxed(*b"mdat", &data)].concat())
    }
}

fn length(bytes: &[u8]) -> Option<u32> {
    u32::try_from(bytes.len()).ok().filter(|length| *length < u32::MAX / 2)
}

/// Shorter than 4 GB, as [`length`] has seen to.
fn boxed(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).unwrap_or_default();
    [&size.to_be_bytes()[..], &kind, body].concat()
}

fn full(kind: [u8; 4], version: u8, body: &[u8]) -> Vec<u8> {
    boxed(kind, &[&[version, 0, 0, 0], body].concat())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::boxes::Boxes;
    use super::*;

    #[test]
    fn boxes_are_read_as_they_are_written() {
        let written = [boxed(*b"ftyp", b"heic"), full(*b"pitm", 1, b"abc")].concat();
        let read: Vec<_> = Boxes(&written).collect();
        assert_eq!(read, [(*b"ftyp", b"heic".as_slice()), (*b"pitm", b"\x01\0\0\0abc")]);
    }
}
