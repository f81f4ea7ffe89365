//! What is damaged behind the header: it is said where, all rows come out, and those that were not hit are right.

use std::ops::ControlFlow;

use proptest::prelude::*;
use scaled_jpeg::{Damage, Failure, Fault, Header, Scale};

use crate::targets::maker::make;

/// A colour file of 4:2:0, 40 by 40 pixels: three MCUs a row, with a restart marker after every `interval`, where that is 1 or 2.
fn whole(interval: u8) -> Vec<u8> {
    let noise = (0..900_u32).map(|at| [17, 2, (at * 7) as u8, 1, 33, 0][at as usize % 6]);
    let interval = if interval == 0 { 0 } else { interval + 1 };
    let input: Vec<u8> = [3, 39, 39, interval, 0, 9, 1, 0, 0, 0, 0].into_iter().chain(noise).collect();
    make(&input)
}

/// Where the coded picture begins.
fn scan(file: &[u8]) -> usize {
    file.windows(2).position(|two| two == [0xFF, 0xDA]).unwrap() + 14
}

/// Where the restart markers stand.
fn markers(file: &[u8]) -> Vec<usize> {
    let from = scan(file);
    (from..file.len() - 1).filter(|at| file[*at] == 0xFF && (0xD0..=0xD7).contains(&file[at + 1])).collect()
}

fn decoded(file: &[u8], scale: Scale) -> (Vec<u8>, Result<(), Failure>) {
    let header = Header::read(file, 1 << 12).unwrap();
    let size = header.size().scaled(scale);
    let mut pixels = vec![1; (size.width * size.height) as usize * header.channels()];
    let outcome = header.decode_into(scale, &mut pixels);
    (pixels, outcome)
}

fn damage(outcome: Result<(), Failure>) -> Damage {
    match outcome {
        Err(Failure::Damaged(damage)) => damage,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_prefix_says_from_which_row_on_it_is_cut_off() {
    for interval in [0, 1] {
        let file = whole(interval);
        for scale in [Scale::Eighth, Scale::Quarter, Scale::Half, Scale::Full] {
            let (right, outcome) = decoded(&file, scale);
            assert_eq!(outcome, Ok(()));
            let row_bytes = 40 * usize::from(scale.eighths()) / 8 * 3;
            let mut last_row = 0;
            // Without the marker at the end, and less.
            for length in scan(&file)..file.len() - 2 {
                let (pixels, outcome) = decoded(&file[..length], scale);
                if length + 4 > file.len() && outcome.is_ok() {
                    // Nothing but padding was cut off.
                    assert_eq!(pixels, right);
                    continue;
                }
                let Damage { row, fault } = damage(outcome);
                assert!(matches!(fault, Fault::CutOff | Fault::Restart), "{length}: {fault:?}");
                assert!(row >= last_row);
                last_row = row;
                // Above it all is right; but the last row before it, at full size, is mixed with chroma below it.
                let kept = (row as usize).saturating_sub(1) * row_bytes;
                assert_eq!(pixels[..kept], right[..kept], "{length} at {scale:?}");
            }
            assert_eq!(last_row, 32 * u32::from(scale.eighths()) / 8);
        }
    }
}

#[test]
fn a_lost_interval_is_grey_and_the_next_is_right() {
    let file = whole(1);
    let markers = markers(&file);
    assert_eq!(markers.len(), 8);
    let right = decoded(&file, Scale::Eighth).0;
    // MCU 4, the middle of the picture: its codes are all ones, which no code is.
    let mut hit = file.clone();
    hit.splice(markers[3] + 2..markers[4], [0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0]);
    let (pixels, outcome) = decoded(&hit, Scale::Eighth);
    assert_eq!(damage(outcome), Damage { fault: Fault::Code, row: 2 });
    for (at, (pixel, right)) in pixels.chunks(3).zip(right.chunks(3)).enumerate() {
        let (x, y) = (at % 5, at / 5);
        if (x / 2, y / 2) == (1, 1) {
            assert_eq!(pixel, [128; 3], "{x}, {y}");
        } else {
            assert_eq!(pixel, right, "{x}, {y}");
        }
    }
}

/// The MCUs that differ from the undamaged picture's, by their numbers.
fn hit(damaged: &[u8], fault: Fault) -> Vec<usize> {
    let right = decoded(&whole(1), Scale::Eighth).0;
    let (pixels, outcome) = decoded(damaged, Scale::Eighth);
    assert_eq!(damage(outcome).fault, fault);
    let mut hit: Vec<usize> = (0..25).filter(|at| pixels[3 * at..3 * at + 3] != right[3 * at..3 * at + 3]).collect();
    hit = hit.into_iter().map(|at| at / 10 * 3 + at % 5 / 2).collect();
    hit.sort_unstable();
    hit.dedup();
    hit
}

#[test]
fn missing_and_strange_restart_markers_are_got_over() {
    let file = whole(1);
    let markers = markers(&file);
    // An interval with its marker is missing: the next one is waited for.
    let mut missing = file.clone();
    missing.drain(markers[3]..markers[4]);
    assert_eq!(hit(&missing, Fault::Restart), [4]);
    // One comes twice: the second is passed over.
    let mut twice = file.clone();
    twice.splice(markers[4]..markers[4], file[markers[3]..markers[4]].iter().copied());
    assert_eq!(hit(&twice, Fault::Restart), Vec::<usize>::new());
    // One with a number that is far off is taken for the one that is due.
    let mut renamed = file.clone();
    renamed[markers[3] + 1] = 0xD7;
    assert_eq!(hit(&renamed, Fault::Restart), Vec::<usize>::new());
    // A marker of another kind stands in between.
    let mut strange = file.clone();
    strange.splice(markers[3]..markers[3], [0xFF, 0x42]);
    assert_eq!(hit(&strange, Fault::Restart), Vec::<usize>::new());
    // The picture ends where a marker is due.
    let mut ended = file;
    ended.truncate(markers[5]);
    assert_eq!(hit(&ended, Fault::Restart), [6, 7, 8]);
}

#[test]
fn too_many_coefficients_are_dropped() {
    // One grey block. Codes of the first coefficient have four bits, those of the others eight.
    let header = make(&[0, 7, 7, 0, 0, 9, 0, 1, 0, 1, 0]);
    let codes = header.windows(5).position(|five| matches!(five, [0xFF, 0xC4, _, _, 0x10])).unwrap() + 5 + 16;
    let code = |symbol: u8| {
        let at = header[codes..].iter().position(|other| *other == symbol).unwrap();
        format!("{at:08b}")
    };
    let file = |bits: &str| {
        let padded = format!("{bits}{}", "1".repeat(8 - bits.len() % 8));
        let bytes = padded.as_bytes().chunks(8).map(|byte| byte.iter().fold(0, |sum, bit| 2 * sum + (bit - b'0')));
        [&header[..scan(&header) - 4], &bytes.collect::<Vec<u8>>(), &[0xFF, 0xD9]].concat()
    };
    // 15 times nothing and then -1, three times: 48 coefficients. A fourth would be the 64th behind the first.
    let run = code(0xF1) + "0";
    let whole = file(&format!("0000{}{}", run.repeat(3), code(0)));
    let long = file(&format!("0000{}", run.repeat(4)));
    for scale in Scale::ALL {
        let (right, outcome) = decoded(&whole, scale);
        assert_eq!(outcome, Ok(()));
        let (pixels, outcome) = decoded(&long, scale);
        assert_eq!(damage(outcome), Damage { fault: Fault::Overrun, row: 0 });
        assert_eq!(pixels, right);
    }
}

#[test]
fn a_caller_who_breaks_off_gets_nothing_more() {
    let file = whole(0);
    let header = Header::read(&file, 1 << 12).unwrap();
    let mut rows = Vec::new();
    let outcome = header.decode(Scale::Full, |band| {
        rows.push((band.first_row, band.pixels.len() / 120));
        if rows.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(outcome, Err(Failure::Stopped));
    assert_eq!(rows, [(0, 15), (15, 16)]);
}

#[test]
fn a_buffer_has_to_fit() {
    let file = whole(0);
    let header = Header::read(&file, 1 << 12).unwrap();
    for length in [0, 20 * 20 * 3 - 1, 20 * 20 * 3 + 1] {
        let outcome = header.decode_into(Scale::Half, &mut vec![0; length]);
        assert_eq!(outcome, Err(Failure::Buffer { expected: 1200, actual: length }));
        assert!(outcome.unwrap_err().to_string().contains("1200"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever the bytes, there is an answer.
    #[test]
    fn any_bytes_have_an_end(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = Header::read(&bytes, 1 << 12).map(|header| header.size());
        let file = [&[0xFF, 0xD8], &bytes[..]].concat();
        let _ = Header::read(&file, 1 << 12).map(|header| header.size());
    }

    /// Whatever stands behind a header, all rows come out, once and in order.
    #[test]
    fn any_coded_picture_has_an_end(
        input in prop::collection::vec(any::<u8>(), 11..40),
        coded in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let mut file = make(&input);
        let from = file.windows(2).rposition(|two| two == [0xFF, 0xDA]).unwrap();
        file.truncate(from + 2 + usize::from(file[from + 3]));
        file.extend(coded);
        let header = Header::read(&file, 1 << 12).unwrap();
        for scale in Scale::ALL {
            let size = header.size().scaled(scale);
            let mut next = 0;
            let _ = header.decode(scale, |band| {
                assert_eq!(band.first_row, next);
                next += (band.pixels.len() / header.channels()) as u32 / size.width;
                ControlFlow::Continue(())
            });
            prop_assert_eq!(next, size.height);
        }
    }
}
