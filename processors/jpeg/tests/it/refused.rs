//! What is left to a complete decoder, by name; and what is read of a header.

use scaled_jpeg::{Colours, Header, Process, Table, Unsupported};

use crate::targets::maker::make;

const LIMIT: u64 = 1 << 12;

/// A whole colour file of 4:4:4, 24 by 16 pixels, with a JFIF marker.
fn whole() -> Vec<u8> {
    make(&[1, 23, 15, 0, 0])
}

/// Where a marker's segment begins.
fn segment(file: &[u8], marker: u8) -> usize {
    file.windows(2).position(|two| two == [0xFF, marker]).unwrap()
}

/// The file with one byte of a segment changed, counted from its marker.
fn with(marker: u8, at: usize, value: u8) -> Vec<u8> {
    let mut file = whole();
    let at = segment(&file, marker) + at;
    file[at] = value;
    file
}

/// The file without a segment.
fn without(marker: u8) -> Vec<u8> {
    let mut file = whole();
    let from = segment(&file, marker);
    let length = 2 + usize::from(u16::from_be_bytes([file[from + 2], file[from + 3]]));
    file.drain(from..from + length);
    file
}

#[track_caller]
fn refused(file: &[u8], expected: Unsupported) {
    let refusal = Header::read(file, LIMIT).map(|header| header.size()).unwrap_err();
    assert_eq!(refusal, expected);
    assert!(refusal.to_string().len() > 10, "{refusal}");
}

#[test]
fn a_whole_file_is_read() {
    let file = whole();
    let header = Header::read(&file, LIMIT).unwrap();
    assert_eq!((header.size().width, header.size().height, header.channels()), (24, 16, 3));
}

#[test]
fn other_files_are_named() {
    refused(b"", Unsupported::NotJpeg);
    refused(b"\x89PNG\r\n\x1A\n", Unsupported::NotJpeg);
    refused(b"\xFF\xD8", Unsupported::CutOff);
    refused(&whole()[..40], Unsupported::CutOff);
    refused(b"\xFF\xD8\xFF\xD9", Unsupported::Marker { marker: 0xD9 });
    refused(b"\xFF\xD8\xFF\xE0\0\x01", Unsupported::Segment { marker: 0xE0 });
    refused(b"\xFF\xD8\xFF\x30\0\x02", Unsupported::Marker { marker: 0x30 });
}

#[test]
fn other_processes_are_named() {
    for (marker, process) in [
        (0xC2, Process::Progressive),
        (0xC3, Process::Lossless),
        (0xC5, Process::Hierarchical),
        (0xC6, Process::Progressive),
        (0xC9, Process::Arithmetic),
        (0xCA, Process::Arithmetic),
        (0xCC, Process::Arithmetic),
        (0xDE, Process::Hierarchical),
    ] {
        refused(&with(0xC0, 1, marker), Unsupported::Process(process));
    }
    let file = whole();
    let (from, to) = (segment(&file, 0xC0), segment(&file, 0xC4));
    let twice = [&file[..to], &file[from..]].concat();
    refused(&twice, Unsupported::Process(Process::Hierarchical));
}

#[test]
fn other_frames_are_named() {
    refused(&with(0xC0, 4, 12), Unsupported::Precision { bits: 12 });
    refused(&with(0xC0, 6, 0), Unsupported::NoSize);
    refused(&with(0xC0, 8, 0), Unsupported::NoSize);
    refused(&with(0xC0, 5, 10), Unsupported::TooLarge { pixels: (10 * 256 + 16) * 24, limit: LIMIT });
    refused(&with(0xC0, 9, 4), Unsupported::Components { count: 4 });
    refused(&with(0xC0, 9, 2), Unsupported::Components { count: 2 });
    // Factors: 4:1:1, chroma larger than luma, components of different chroma, none at all.
    for (at, factors) in [(11, 0x41), (14, 0x21), (17, 0x12), (11, 0x00), (11, 0x22)] {
        let mut file = with(0xC0, at, factors);
        if factors == 0x22 {
            let at = segment(&file, 0xC0) + 14;
            file[at] = 0x21;
        }
        refused(&file, Unsupported::Sampling);
    }
    // Two components of one name.
    refused(&with(0xC0, 13, 1), Unsupported::Sampling);
    refused(&with(0xC0, 3, 18), Unsupported::Segment { marker: 0xC0 });
}

#[test]
fn other_scans_are_named() {
    refused(&with(0xDA, 4, 1), Unsupported::SeveralScans);
    refused(&with(0xDA, 5, 2), Unsupported::SeveralScans);
    refused(&with(0xDA, 11, 1), Unsupported::PartialScan);
    refused(&with(0xDA, 12, 5), Unsupported::PartialScan);
    refused(&with(0xDA, 13, 1), Unsupported::PartialScan);
    refused(&without(0xC0), Unsupported::Marker { marker: 0xDA });
}

#[test]
fn tables_have_to_be_there_and_sound() {
    refused(&without(0xDB), Unsupported::MissingTable(Table::Quantisation));
    refused(&without(0xC4), Unsupported::MissingTable(Table::Dc));
    refused(&with(0xDA, 6, 0x03), Unsupported::MissingTable(Table::Ac));
    refused(&with(0xDA, 6, 0xF0), Unsupported::MissingTable(Table::Dc));
    refused(&with(0xC0, 12, 7), Unsupported::MissingTable(Table::Quantisation));
    // Slots and classes that there are not.
    refused(&with(0xDB, 4, 4), Unsupported::Segment { marker: 0xDB });
    refused(&with(0xC4, 4, 0x05), Unsupported::Segment { marker: 0xC4 });
    refused(&with(0xC4, 4, 0x20), Unsupported::Segment { marker: 0xC4 });
    // Three codes of one bit; more than 256 codes; two codes of one bit, the second of all ones; a size of 16 bits.
    let shifted = |counts: [u8; 2]| {
        let mut file = whole();
        let at = segment(&file, 0xC4) + 5;
        file[at..at + 16].fill(0);
        file[at] = counts[0];
        file[at + 3] = counts[1];
        file
    };
    refused(&shifted([3, 9]), Unsupported::HuffmanTable);
    refused(&shifted([2, 10]), Unsupported::HuffmanTable);
    refused(&with(0xC4, 20, 255), Unsupported::HuffmanTable);
    refused(&with(0xC4, 21, 16), Unsupported::HuffmanTable);
}

#[test]
fn a_limit_is_a_limit() {
    let file = whole();
    assert!(Header::read(&file, 24 * 16).is_ok());
    let refusal = Header::read(&file, 24 * 16 - 1).map(|header| header.size()).unwrap_err();
    assert_eq!(refusal, Unsupported::TooLarge { pixels: 384, limit: 383 });
}

/// As libjpeg decides: JFIF, then Adobe's transform, then the components' names.
#[test]
fn markers_and_names_tell_the_colours() {
    let colours = |file: &[u8]| Header::read(file, LIMIT).unwrap().colours();
    let signed = |sign: u8| make(&[1, 7, 7, 0, sign]);
    assert_eq!(colours(&signed(0)), Colours::YCbCr);
    assert_eq!(colours(&signed(1)), Colours::Rgb);
    assert_eq!(colours(&signed(2)), Colours::YCbCr);
    assert_eq!(colours(&signed(3)), Colours::Rgb);
    assert_eq!(colours(&signed(4)), Colours::YCbCr);
    assert_eq!(colours(&make(&[0, 7, 7, 0, 1])), Colours::Grey);
    // A JFIF marker counts for more than Adobe's and names.
    for sign in [1, 3] {
        let jfif = whole()[2..20].to_vec();
        let file = [&[0xFF, 0xD8][..], &jfif, &signed(sign)[2..]].concat();
        assert_eq!(colours(&file), Colours::YCbCr);
    }
}

#[test]
fn what_stands_between_segments_is_passed_over() {
    let file = whole();
    let at = segment(&file, 0xDB);
    let odd =
        [&file[..at], b"\0 odd \xFF\x00 bytes \xFF\xFF\xD3\xFF\x01\xFF\xFE\0\x06a\xFF\xC2z", &file[at..]].concat();
    assert_eq!(Header::read(&odd, LIMIT).unwrap().size().width, 24);
}
