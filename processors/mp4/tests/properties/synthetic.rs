//! Films that are nothing but tables, of any size, without their media data.

use std::io;
use std::ops::Range;

use bytes::Bytes;
use mp4_front::ReadAt;

use crate::support::atoms::atom;

/// A file of which only some stretches have bytes; the others are zeros that nobody stores.
#[derive(Debug, Clone)]
pub struct Sparse {
    pub size: u64,
    pub stretches: Vec<(u64, Vec<u8>)>,
}

impl ReadAt for Sparse {
    fn size(&self) -> u64 {
        self.size
    }

    async fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        let mut bytes = vec![0; length];
        for (start, stretch) in &self.stretches {
            for (index, byte) in stretch.iter().enumerate() {
                let at = start + index as u64;
                if (offset..offset + length as u64).contains(&at) {
                    bytes[usize::try_from(at - offset).unwrap()] = *byte;
                }
            }
        }
        Ok(bytes.into())
    }
}

/// A run of media data.
#[derive(Debug, Clone)]
pub struct Run {
    /// Bytes of content.
    pub length: u64,
    /// The index comes after this one.
    pub index_follows: bool,
}

/// A film: ftyp, runs of media data, the index behind one of them; and tables that name places in the runs.
#[derive(Debug, Clone)]
pub struct Film {
    pub runs: Vec<Run>,
    /// Of each track: whether its places have 64 bits, and its places as (run, byte of its content).
    pub tracks: Vec<(bool, Vec<(usize, u64)>)>,
}

impl Film {
    /// The file, where in it the runs' contents are, and the places of every track.
    pub fn file(&self) -> (Sparse, Vec<Range<u64>>, Vec<Vec<u64>>) {
        let index_length =
            self.index(&self.tracks.iter().map(|(_, places)| vec![0; places.len()]).collect::<Vec<_>>()).len();
        let ftyp = atom(b"ftyp", b"isom\0\0\0\0isom");
        let mut at = ftyp.len() as u64;
        let mut stretches = vec![(0, ftyp)];
        let mut contents = Vec::new();
        let mut index_at = 0;
        for run in &self.runs {
            let header = [&1u32.to_be_bytes()[..], b"mdat", &(run.length + 16).to_be_bytes()].concat();
            stretches.push((at, header));
            contents.push(at + 16..at + 16 + run.length);
            at += 16 + run.length;
            if run.index_follows {
                index_at = at;
                at += index_length as u64;
            }
        }
        let places: Vec<Vec<u64>> = self
            .tracks
            .iter()
            .map(|(_, places)| places.iter().map(|(run, byte)| contents[*run].start + byte).collect())
            .collect();
        stretches.push((index_at, self.index(&places)));
        (Sparse { size: at, stretches }, contents, places)
    }

    fn index(&self, places: &[Vec<u64>]) -> Vec<u8> {
        let mut tracks = Vec::new();
        for ((wide, _), places) in self.tracks.iter().zip(places) {
            let count = u32::try_from(places.len()).unwrap().to_be_bytes();
            let entries: Vec<u8> = if *wide {
                places.iter().flat_map(|place| place.to_be_bytes()).collect()
            } else {
                places.iter().flat_map(|place| u32::try_from(*place).unwrap().to_be_bytes()).collect()
            };
            let table = atom(if *wide { b"co64" } else { b"stco" }, &[&[0; 4], &count[..], &entries].concat());
            let chunks =
                atom(b"stsc", &[[0u32, 1, 1, 1, 1]].concat().iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<_>>());
            let sizes = atom(b"stsz", &[&[0; 8], &count[..], &vec![0; places.len() * 4]].concat());
            let stbl = atom(b"stbl", &[chunks, sizes, table].concat());
            tracks.extend(atom(b"trak", &atom(b"mdia", &atom(b"minf", &stbl))));
        }
        atom(b"moov", &tracks)
    }
}
