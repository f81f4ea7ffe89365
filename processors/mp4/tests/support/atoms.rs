//! Taking films apart and putting them together, by other code than the crate's.
#![allow(clippy::trivially_copy_pass_by_ref)] // types are written as byte strings, which are references

/// A box in bytes: where it begins, where its content begins, where it ends.
#[derive(Debug, Clone, Copy)]
pub struct Atom {
    pub start: usize,
    pub content: usize,
    pub end: usize,
    pub kind: [u8; 4],
}

/// The boxes between two positions.
pub fn list(bytes: &[u8], start: usize, end: usize) -> Vec<Atom> {
    let mut atoms = Vec::new();
    let mut at = start;
    while at + 8 <= end {
        let mut size = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let mut header = 8;
        if size == 1 {
            size = usize::try_from(u64::from_be_bytes(bytes[at + 8..at + 16].try_into().unwrap())).unwrap();
            header = 16;
        } else if size == 0 {
            size = end - at;
        }
        atoms.push(Atom {
            start: at,
            content: at + header,
            end: at + size,
            kind: bytes[at + 4..at + 8].try_into().unwrap(),
        });
        at += size;
    }
    atoms
}

pub fn top(bytes: &[u8]) -> Vec<Atom> {
    list(bytes, 0, bytes.len())
}

/// The first box on a path of types, such as `moov/trak/tkhd`. Sample entries and what is in them are not reached.
pub fn find(bytes: &[u8], path: &str) -> Atom {
    all(bytes, path).into_iter().next().unwrap_or_else(|| panic!("no {path}"))
}

/// Every box on a path of types.
pub fn all(bytes: &[u8], path: &str) -> Vec<Atom> {
    let mut found = vec![Atom { start: 0, content: 0, end: bytes.len(), kind: *b"file" }];
    for kind in path.split('/') {
        found = found
            .iter()
            .flat_map(|atom| list(bytes, atom.content, atom.end))
            .filter(|atom| atom.kind == kind.as_bytes())
            .collect();
    }
    found
}

pub fn atom(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&u32::try_from(content.len() + 8).unwrap().to_be_bytes()[..], kind, content].concat()
}

/// With a 64-bit size.
pub fn wide_atom(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&1u32.to_be_bytes()[..], kind, &(content.len() as u64 + 16).to_be_bytes(), content].concat()
}

/// Bytes of a box with its header.
pub fn cut<'a>(bytes: &'a [u8], path: &str) -> &'a [u8] {
    let atom = find(bytes, path);
    &bytes[atom.start..atom.end]
}

/// Replaces the bytes from `start` to `end` inside the boxes on the way there, whose sizes are set right.
pub fn splice(bytes: &[u8], around: &str, start: usize, end: usize, new: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let grown = i64::try_from(new.len()).unwrap() - i64::try_from(end - start).unwrap();
    let kinds: Vec<&str> = around.split('/').collect();
    for depth in 1..=kinds.len() {
        let path = kinds[..depth].join("/");
        let parent = all(bytes, &path).into_iter().find(|atom| atom.content <= start && end <= atom.end).unwrap();
        let size = i64::from(u32::from_be_bytes(out[parent.start..parent.start + 4].try_into().unwrap())) + grown;
        out[parent.start..parent.start + 4].copy_from_slice(&u32::try_from(size).unwrap().to_be_bytes());
    }
    out.splice(start..end, new.iter().copied());
    out
}

/// The content of a 32-bit table of places, after `shift`.
pub fn shift_places(moov: &mut [u8], shift: impl Fn(u64) -> u64) {
    for table in all(moov, "moov/trak/mdia/minf/stbl/stco") {
        for entry in (table.content + 8..table.end).step_by(4) {
            let place = u32::from_be_bytes(moov[entry..entry + 4].try_into().unwrap());
            let place = u32::try_from(shift(place.into())).unwrap();
            moov[entry..entry + 4].copy_from_slice(&place.to_be_bytes());
        }
    }
}

/// Makes every `stco` of an index a `co64`.
pub fn widen(moov: &[u8]) -> Vec<u8> {
    let mut out = moov.to_vec();
    let path = "moov/trak/mdia/minf/stbl";
    while let Some(table) = all(&out, &format!("{path}/stco")).first().copied() {
        let entries = &out[table.content + 8..table.end];
        let wide: Vec<u8> = entries.chunks(4).flat_map(|place| [&[0; 4], place].concat()).collect();
        let content = [&out[table.content..table.content + 8], &wide].concat();
        out = splice(&out, path, table.start, table.end, &atom(b"co64", &content));
    }
    out
}
