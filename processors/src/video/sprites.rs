//! Small pictures of a film, one every few seconds, and the `WebVTT` file that says which is when.

use std::fmt::Write as _;

use crate::image::Size;

/// The longer side of a small picture.
const TILE: u32 = 192;
/// So many stand side by side in one file, and so many of these rows one below the other.
const COLUMNS: usize = 10;
const ROWS: usize = 10;
/// How far apart small pictures are at least, in seconds: of a short film, and of a long one. Between, there are 180 of them.
pub const CLOSEST_S: f64 = 2.0;
const FARTHEST_S: f64 = 10.0;
const WANTED: f64 = 180.0;
const ROUNDED_S: f64 = 0.003;

/// How small pictures lie in their files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// One of them.
    pub tile: Size,
}

/// Where one of them lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// In which file, from 0.
    pub sheet: usize,
    /// Its left edge in pixels.
    pub x: u32,
    /// Its upper edge in pixels.
    pub y: u32,
}

/// How far apart the small pictures of a film of that length are, in seconds: 2 to 10.
pub fn apart_s(duration_s: f64) -> f64 {
    (duration_s / WANTED).clamp(CLOSEST_S, FARTHEST_S)
}

/// Of keyframes at these times, in ascending order, the indices of those that are shown: the first, and from each the farthest that is
/// at most so much later, but at least [`CLOSEST_S`]; or where there is none, the next.
pub fn chosen(times: &[f64], apart_s: f64) -> Vec<usize> {
    // A clock of ninety thousand ticks a second is rounded.
    let (closest, farthest) = (CLOSEST_S - ROUNDED_S, apart_s + ROUNDED_S);
    let mut chosen: Vec<(usize, f64)> = Vec::new();
    let mut candidate = None;
    for (index, time) in times.iter().copied().enumerate() {
        let Some((_, last)) = chosen.last().copied() else {
            chosen.push((index, time));
            continue;
        };
        if time - last < closest {
            continue;
        }
        if time - last <= farthest {
            candidate = Some((index, time));
            continue;
        }
        // The one before this was the farthest.
        let Some(before) = candidate.take() else {
            chosen.push((index, time));
            continue;
        };
        chosen.push(before);
        match time - before.1 {
            apart if apart < closest => {}
            apart if apart <= farthest => candidate = Some((index, time)),
            _ => chosen.push((index, time)),
        }
    }
    chosen.extend(candidate);
    chosen.into_iter().map(|(index, _)| index).collect()
}

impl Grid {
    /// For a film that is shown in that size.
    pub fn of(shown: Size) -> Self {
        Self { tile: shown.within(TILE, TILE) }
    }

    /// How many go into one file.
    pub fn per_sheet() -> usize {
        COLUMNS * ROWS
    }

    /// Where the picture of that number lies, from 0.
    #[allow(clippy::cast_possible_truncation, reason = "numbers below 10")]
    pub fn spot(self, number: usize) -> Spot {
        let (column, row) = (number % COLUMNS, number / COLUMNS % ROWS);
        Spot { sheet: number / Self::per_sheet(), x: column as u32 * self.tile.width, y: row as u32 * self.tile.height }
    }

    /// The size of a file with so many pictures.
    #[allow(clippy::cast_possible_truncation, reason = "numbers of at most 10")]
    pub fn sheet(self, pictures: usize) -> Size {
        let columns = pictures.clamp(1, COLUMNS);
        let rows = pictures.div_ceil(COLUMNS).clamp(1, ROWS);
        Size { width: columns as u32 * self.tile.width, height: rows as u32 * self.tile.height }
    }

    /// The `WebVTT` file (<https://www.w3.org/TR/webvtt1/>) of pictures at these times: a cue each, which names a file beside it and a
    /// part of that as a media fragment (<https://www.w3.org/TR/media-frags/>). The first is for all that comes before it.
    pub fn cues(self, times: &[f64], duration_s: f64) -> String {
        let mut text = "WEBVTT\n".to_owned();
        let ends = times.iter().skip(1).copied().chain([duration_s]);
        for (number, (start, end)) in times.iter().zip(ends).enumerate() {
            let start = if number == 0 { 0.0 } else { *start };
            if end <= start {
                continue;
            }
            let (Spot { sheet, x, y }, Size { width, height }) = (self.spot(number), self.tile);
            let (start, end) = (clock(start), clock(end));
            let name = sheet_name(sheet);
            // Writing to a string does not fail.
            let _ = write!(text, "\n{start} --> {end}\n{name}#xywh={x},{y},{width},{height}\n");
        }
        text
    }
}

/// The name of the file of that number, from 0.
pub fn sheet_name(sheet: usize) -> String {
    format!("sprites-{}.webp", sheet + 1)
}

/// `HH:MM:SS.mmm`
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times of a film")]
fn clock(seconds: f64) -> String {
    let milliseconds = (seconds.max(0.0) * 1000.0).round() as u64;
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    format!("{:02}:{:02}:{:02}.{rest:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pictures_are_two_to_ten_seconds_apart() {
        for (duration, apart) in [(0.0, 2.0), (60.0, 2.0), (900.0, 5.0), (1800.0, 10.0), (36_000.0, 10.0)] {
            assert!((apart_s(duration) - apart).abs() < 1e-9, "{duration}");
        }
        let every = |step: f64| (0..30).map(|n| f64::from(n) * step).collect::<Vec<_>>();
        assert_eq!(chosen(&every(1.0), 2.0).get(..3), Some(&[0, 2, 4][..]));
        // Every 8.3 s: each of them, and not every other one.
        assert_eq!(chosen(&every(250.0 / 30.0), 10.0).len(), 30);
        assert_eq!(chosen(&[0.0, 0.5, 5.0, 5.5, 12.0, 30.0, 31.0, 33.0], 10.0), [0, 3, 4, 5, 7]);
        assert_eq!(chosen(&[0.0, 0.5, 5.0], 2.0), [0, 2]);
        // Keyframes farther apart than wanted: each of them.
        assert_eq!(chosen(&every(12.5), 10.0).len(), 30);
        // 2.0 s by a clock of 24,000/1,001 frames.
        assert_eq!(chosen(&every(48.0 * 1001.0 / 24_000.0 - 0.0021), 2.0).len(), 30);
        assert!(chosen(&[], 2.0).is_empty());
    }

    #[test]
    fn cues_name_file_and_place() {
        let grid = Grid::of(Size { width: 1920, height: 1080 });
        assert_eq!(grid.tile, Size { width: 192, height: 108 });
        let times: Vec<f64> = (0..101).map(|n| 0.5 + f64::from(n) * 40.0).collect();
        let cues = grid.cues(&times, 4041.25);
        let lines: Vec<&str> = cues.lines().collect();
        assert_eq!(
            lines.get(..4),
            Some(&["WEBVTT", "", "00:00:00.000 --> 00:00:40.500", "sprites-1.webp#xywh=0,0,192,108"][..])
        );
        assert_eq!(
            lines.get(lines.len() - 2..),
            Some(&["01:06:40.500 --> 01:07:21.250", "sprites-2.webp#xywh=0,0,192,108"][..])
        );
        assert!(lines.contains(&"sprites-1.webp#xywh=1728,972,192,108"), "{cues}");
        assert_eq!(cues.matches("-->").count(), 101);
        assert_eq!(grid.cues(&[0.0, 7.0], 5.0).matches("-->").count(), 1, "a cue that ends before it begins is none");
    }

    #[test]
    fn sheets_are_no_larger_than_need_be() {
        let grid = Grid::of(Size { width: 1080, height: 1920 });
        assert_eq!(grid.tile, Size { width: 108, height: 192 });
        for (pictures, sheet) in [(1, (108, 192)), (9, (972, 192)), (11, (1080, 384)), (100, (1080, 1920))] {
            assert_eq!((grid.sheet(pictures).width, grid.sheet(pictures).height), sheet, "{pictures}");
        }
        assert_eq!(grid.spot(100), Spot { sheet: 1, x: 0, y: 0 });
        assert_eq!(grid.spot(99), Spot { sheet: 0, x: 972, y: 1728 });
    }
}
