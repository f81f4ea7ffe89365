//! A baseline decoder that is slow and plain: bit by bit, and in double precision up to the samples. It shares no code with the one
//! under test, and takes only files that are whole.

use std::collections::BTreeMap;
use std::f64::consts::PI;

/// How blocks get smaller.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// By the lowest frequencies: what we do.
    Low,
    /// To 4×4, 2×2 and 1×1 by means of the full block's samples, to other sizes as `Low`: what libjpeg does.
    Means,
}

/// A decoded picture.
pub struct Picture {
    /// Row by row; 1 or 3 bytes each.
    pub pixels: Vec<u8>,
    /// The largest sum of a block's coefficients, all taken positive. Below 2,000, 16-bit arithmetic does not overflow in libjpeg.
    pub largest: f64,
    /// Sizes that blocks come out as.
    pub points: Vec<usize>,
}

type Codes = BTreeMap<(u32, u32), u8>;

/// A component's samples, row by row.
struct Component {
    id: u8,
    across: usize,
    down: usize,
    quantisation: usize,
    points: usize,
    stride: usize,
    samples: Vec<u8>,
}

/// `None` where the file is not whole.
pub fn decode(bytes: &[u8], eighths: usize, kind: Kind) -> Option<Picture> {
    let mut quantisation: [Option<Vec<f64>>; 4] = Default::default();
    let mut codes: BTreeMap<u8, Codes> = BTreeMap::new();
    let mut components: Vec<Component> = Vec::new();
    let (mut width, mut height, mut interval, mut jfif, mut adobe) = (0, 0, 0, false, None);
    let mut at = 2;
    loop {
        let marker = skip_to_marker(bytes, &mut at)?;
        if marker == 1 || (0xD0..=0xD7).contains(&marker) {
            continue;
        }
        let length = word(bytes, at)?;
        let body = bytes.get(at + 2..at + length)?;
        at += length;
        match marker {
            0xC0 | 0xC1 => {
                (height, width) = (word(body, 1)?, word(body, 3)?);
                for part in body[6..].chunks_exact(3) {
                    let (across, down) = (usize::from(part[1] >> 4), usize::from(part[1] & 15));
                    let quantisation = usize::from(part[2]);
                    let (points, stride, samples) = (0, 0, Vec::new());
                    components.push(Component { id: part[0], across, down, quantisation, points, stride, samples });
                }
            }
            0xC4 => define_codes(&mut codes, body)?,
            0xDB => define_quantisation(&mut quantisation, body)?,
            0xDD => interval = word(body, 0)?,
            0xE0 => jfif |= body.len() >= 14 && body.starts_with(b"JFIF\0"),
            0xEE if body.starts_with(b"Adobe") && body.len() >= 12 => adobe = Some(body[11]),
            0xDA => {
                let tables: Vec<u8> = body[1..].chunks_exact(2).take(components.len()).map(|part| part[1]).collect();
                let scan = Scan { bytes, at, bit: 0, interval, codes: &codes, quantisation: &quantisation };
                let largest = scan.read(&mut components, &tables, (width, height), eighths, kind)?;
                let ids: Vec<u8> = components.iter().map(|component| component.id).collect();
                let shown = !jfif && (adobe == Some(0) || (adobe.is_none() && ids == b"RGB"));
                let scaled = ((width * eighths).div_ceil(8), (height * eighths).div_ceil(8));
                return Some(picture(&components, (width, height), scaled, eighths, shown, largest));
            }
            _ => {}
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(*bytes.get(at)?) << 8 | usize::from(*bytes.get(at + 1)?))
}

/// The next marker; `at` is behind it then.
fn skip_to_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        while *bytes.get(*at)? != 0xFF {
            *at += 1;
        }
        while *bytes.get(*at)? == 0xFF {
            *at += 1;
        }
        *at += 1;
        if bytes[*at - 1] != 0 {
            return Some(bytes[*at - 1]);
        }
    }
}

fn define_codes(codes: &mut BTreeMap<u8, Codes>, mut body: &[u8]) -> Option<()> {
    while !body.is_empty() {
        let (counts, mut symbols) = (body.get(1..17)?, body.get(17..)?.iter());
        let (mut table, mut code) = (Codes::new(), 0);
        for (length, count) in (1..).zip(counts) {
            for _ in 0..*count {
                table.insert((length, code), *symbols.next()?);
                code += 1;
            }
            code *= 2;
        }
        codes.insert(body[0], table);
        body = symbols.as_slice();
    }
    Some(())
}

/// In the order of rows.
fn define_quantisation(tables: &mut [Option<Vec<f64>>; 4], mut body: &[u8]) -> Option<()> {
    while !body.is_empty() {
        let bytes = if body[0] < 16 { 1 } else { 2 };
        let steps: Vec<f64> = body
            .get(1..1 + 64 * bytes)?
            .chunks(bytes)
            .map(|step| step.iter().fold(0.0, |sum, byte| 256.0 * sum + f64::from(*byte)))
            .collect();
        let mut table = vec![0.0; 64];
        for (step, place) in steps.iter().zip(ZIGZAG) {
            table[place] = *step;
        }
        tables[usize::from(body[0] & 15)] = Some(table);
        body = &body[1 + 64 * bytes..];
    }
    Some(())
}

/// Where the coefficients of a block go, eight in a row (ITU T.81, figure 5).
pub const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    bit: u32,
    interval: usize,
    codes: &'a BTreeMap<u8, Codes>,
    quantisation: &'a [Option<Vec<f64>>; 4],
}

impl Scan<'_> {
    /// Fills the components' samples. Answers with the largest sum of coefficients.
    fn read(
        mut self,
        components: &mut [Component],
        tables: &[u8],
        (width, height): (usize, usize),
        eighths: usize,
        kind: Kind,
    ) -> Option<f64> {
        if let [only] = components {
            (only.across, only.down) = (1, 1);
        }
        let (most_across, most_down) = (components[0].across, components[0].down);
        let (mcus_across, mcus_down) = (width.div_ceil(8 * most_across), height.div_ceil(8 * most_down));
        for part in components.iter_mut() {
            // Twice as large, as long as it is still no larger than luma, and of less than eight points.
            part.points = eighths;
            while part.points < 8
                && (most_across * eighths).is_multiple_of(part.across * part.points * 2)
                && (most_down * eighths).is_multiple_of(part.down * part.points * 2)
            {
                part.points *= 2;
            }
            part.stride = mcus_across * part.across * part.points;
            part.samples = vec![0; part.stride * mcus_down * part.down * part.points];
        }
        let mut predictors = vec![0.0; components.len()];
        let mut largest = 0.0_f64;
        for mcu in 0..mcus_across * mcus_down {
            if self.interval > 0 && mcu > 0 && mcu % self.interval == 0 {
                self.restart(mcu / self.interval - 1)?;
                predictors.fill(0.0);
            }
            for ((part, table), predictor) in components.iter_mut().zip(tables).zip(&mut predictors) {
                let steps = self.quantisation.get(part.quantisation)?.as_ref()?;
                for block in 0..part.across * part.down {
                    let coefficients = self.block(*table, predictor, steps)?;
                    largest = largest.max(coefficients.iter().map(|coefficient| coefficient.abs()).sum());
                    let x = (mcu % mcus_across * part.across + block % part.across) * part.points;
                    let y = (mcu / mcus_across * part.down + block / part.across) * part.points;
                    for (row, samples) in (y..).zip(samples(&coefficients, part.points, kind).chunks(part.points)) {
                        part.samples[row * part.stride + x..][..part.points].copy_from_slice(samples);
                    }
                }
            }
        }
        Some(largest)
    }

    fn block(&mut self, table: u8, predictor: &mut f64, steps: &[f64]) -> Option<Vec<f64>> {
        let codes = self.codes;
        let mut block = vec![0.0; 64];
        let size = self.symbol(codes.get(&(table >> 4))?)?;
        *predictor += self.number(size)?;
        block[0] = *predictor * steps[0];
        let mut at = 0;
        while at < 63 {
            let symbol = self.symbol(codes.get(&(16 | table & 15))?)?;
            let (run, size) = (usize::from(symbol >> 4), symbol & 15);
            if size == 0 && run < 15 {
                break;
            }
            at += run + 1;
            let place = *ZIGZAG.get(at)?;
            block[place] = self.number(size)? * steps[place];
        }
        Some(block)
    }

    fn symbol(&mut self, codes: &Codes) -> Option<u8> {
        let mut code = 0;
        for length in 1..=16 {
            code = 2 * code + self.next_bit()?;
            if let Some(symbol) = codes.get(&(length, code)) {
                return Some(*symbol);
            }
        }
        None
    }

    fn number(&mut self, size: u8) -> Option<f64> {
        let mut bits = 0;
        for _ in 0..size {
            bits = 2 * bits + self.next_bit()?;
        }
        let negative = size > 0 && bits < 1 << (size - 1);
        Some(f64::from(bits) - if negative { f64::from((1 << size) - 1) } else { 0.0 })
    }

    fn next_bit(&mut self) -> Option<u32> {
        while self.bytes.get(self.at) == Some(&0xFF) && self.bytes.get(self.at + 1) == Some(&0xFF) {
            self.at += 1;
        }
        let byte = *self.bytes.get(self.at)?;
        let stuffed = byte == 0xFF;
        if stuffed && self.bytes.get(self.at + 1) != Some(&0) {
            return None;
        }
        let bit = byte >> (7 - self.bit) & 1;
        self.bit += 1;
        if self.bit == 8 {
            self.bit = 0;
            self.at += if stuffed { 2 } else { 1 };
        }
        Some(bit.into())
    }

    fn restart(&mut self, number: usize) -> Option<()> {
        self.bit = 0;
        (usize::from(skip_to_marker(self.bytes, &mut self.at)?) == 0xD0 + number % 8).then_some(())
    }
}

/// The samples of a block of `points` by `points`.
pub fn samples(coefficients: &[f64], points: usize, kind: Kind) -> Vec<u8> {
    let means = kind == Kind::Means && matches!(points, 2 | 4);
    let side = if means { 8 } else { points };
    let c = |u: usize| if u == 0 { 0.125_f64.sqrt() } else { 0.5 };
    let cosine = |u: usize, x: usize| c(u) * ((2 * x + 1) as f64 * u as f64 * PI / (2 * side) as f64).cos();
    let cosines: Vec<Vec<f64>> = (0..side.min(8)).map(|u| (0..side).map(|x| cosine(u, x)).collect()).collect();
    let mut exact = vec![128.0; side * side];
    for (u, across) in cosines.iter().enumerate() {
        for y in 0..side {
            let down: f64 = cosines.iter().enumerate().map(|(v, down)| coefficients[8 * v + u] * down[y]).sum();
            for (sample, across) in exact[y * side..].iter_mut().zip(across) {
                *sample += down * across;
            }
        }
    }
    let many = side / points;
    let mean = |x: usize, y: usize| {
        let all = (0..many * many).map(|at| exact[(y * many + at / many) * side + x * many + at % many]);
        all.sum::<f64>() / (many * many) as f64
    };
    // What lies half-way between two numbers is rounded up.
    let round = |value: f64| (value + 0.5 + 1.0 / 1024.0).floor().clamp(0.0, 255.0) as u8;
    (0..points * points).map(|at| round(mean(at % points, at / points))).collect()
}

/// Upsamples and converts.
fn picture(
    components: &[Component],
    size: (usize, usize),
    (width, height): (usize, usize),
    eighths: usize,
    shown: bool,
    largest: f64,
) -> Picture {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let all: Vec<i32> =
                components.iter().map(|part| sample(part, &components[0], size, eighths, x, y)).collect();
            match *all {
                [y, blue, red] if !shown => {
                    let (y, blue, red) = (f64::from(y), f64::from(blue - 128), f64::from(red - 128));
                    let rgb = [y + 1.402 * red, y - 0.344_136 * blue - 0.714_136 * red, y + 1.772 * blue];
                    pixels.extend(rgb.map(|value| value.round().clamp(0.0, 255.0) as u8));
                }
                _ => pixels.extend(all.iter().map(|value| *value as u8)),
            }
        }
    }
    let points = components.iter().map(|part| part.points).collect();
    Picture { pixels, largest, points }
}

/// A component's value at a pixel.
fn sample(part: &Component, luma: &Component, size: (usize, usize), eighths: usize, x: usize, y: usize) -> i32 {
    let ratio = |whole: usize, part_of: usize, points: usize| whole * eighths / (part_of * points);
    let across = ratio(luma.across, part.across, part.points);
    let down = ratio(luma.down, part.down, part.points);
    let width = (size.0 * part.across * part.points).div_ceil(8 * luma.across);
    let height = (size.1 * part.down * part.points).div_ceil(8 * luma.down);
    let at = |x: usize, y: usize| i32::from(part.samples[y.min(height - 1) * part.stride + x.min(width - 1)]);
    let (near_x, near_y) = (x / across, y / down);
    if (across, down) == (1, 1) || eighths == 1 || (across == 2 && width <= 2) {
        return at(near_x, near_y);
    }
    let beside = |near: usize, odd: bool| if odd { near + 1 } else { near.saturating_sub(1) };
    let (far_x, far_y) = (beside(near_x, x % 2 == 1), beside(near_y, y % 2 == 1));
    match (across, down) {
        (2, 1) if x == 0 || far_x == width => at(near_x, y),
        (2, 1) => (3 * at(near_x, y) + at(far_x, y) + [1, 2][x % 2]) >> 2,
        (1, _) => (3 * at(x, near_y) + at(x, far_y) + [1, 2][y % 2]) >> 2,
        _ => {
            let sum = |x: usize| 3 * at(x, near_y) + at(x, far_y);
            (3 * sum(near_x) + sum(far_x) + [8, 7][x % 2]) >> 4
        }
    }
}
