//! A morning over hills, painted from nothing: sky, sun, clouds, six ranges of hills with mist between them.
//!
//! Lengths are fractions of the picture's height, so that the photo and the film's frames show the same at any size.

use super::noise::{at, mix, plane, rough, step};

type Colour = [f32; 3];

const RANGES: usize = 6;
/// Where a clear sky would meet the ground.
const HORIZON: f32 = 0.64;
/// The cloud texture's columns and rows; powers of two, so that it repeats by masking.
const CLOUD_COLUMNS: usize = 1024;
const CLOUD_ROWS: usize = 256;

/// One view: what does not change while the sun rises.
pub(super) struct Painter {
    width: usize,
    height: usize,
    /// For each column, the ranges' ridges in pixels from above, the farthest first.
    ridges: Vec<[f32; RANGES]>,
    /// For each column, what part of a pixel a ridge crosses from row to row there: little, where it is steep.
    edges: Vec<[f32; RANGES]>,
    clouds: Vec<f32>,
    /// For each column, the first row that shows ground.
    tops: Vec<f32>,
    /// The last row that shows sky.
    lowest: f32,
    sun_x: f32,
    seed: u32,
}

/// What changes.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    /// 0 at the first light, 1 an hour after sunrise.
    pub(super) morning: f32,
    /// How far the clouds have moved, in heights.
    pub(super) drift: f32,
}

/// The colours of a moment.
struct Light {
    sun: (f32, f32),
    sky: [Colour; 4],
    haze: Colour,
    mist: Colour,
    near: Colour,
    cloud: Colour,
    lit: Colour,
    glow: Colour,
    drift: f32,
}

impl Painter {
    /// A view of that many pixels; `sun_x` in heights from the left edge.
    pub(super) fn new(width: usize, height: usize, sun_x: f32, seed: u32) -> Self {
        let scale = height as f32;
        let heights = |x: f32| -> [f32; RANGES] { std::array::from_fn(|range| ridge(range, x / scale, seed) * scale) };
        let ridges: Vec<[f32; RANGES]> = (0..width).map(|x| heights(x as f32)).collect();
        let edge = |x: usize| -> [f32; RANGES] {
            let (left, right) = (heights(x as f32 - 0.5), heights(x as f32 + 0.5));
            std::array::from_fn(|range| {
                let of = |side: [f32; RANGES]| side.into_iter().nth(range).unwrap_or_default();
                1.0 / (of(left) - of(right)).abs().max(1.0)
            })
        };
        let edges: Vec<[f32; RANGES]> = (0..width).map(edge).collect();
        let top = |(ridges, edges): (&[f32; RANGES], &[f32; RANGES])| {
            ridges.iter().zip(edges).map(|(ridge, edge)| ridge - 0.5 / edge).fold(f32::MAX, f32::min)
        };
        let tops: Vec<f32> = ridges.iter().zip(&edges).map(top).collect();
        let lowest = ridges.iter().map(|r| r.iter().copied().fold(f32::MAX, f32::min)).fold(0.0, f32::max) + 8.0;
        let cloud = |i: usize| {
            let (column, row) = ((i % CLOUD_COLUMNS) as f32, (i / CLOUD_COLUMNS) as f32);
            plane(column / 64.0, row / 26.0, 16, 6, seed ^ 0xC10D)
        };
        let clouds = (0..CLOUD_COLUMNS * CLOUD_ROWS).map(cloud).collect();
        Self { width, height, ridges, edges, clouds, tops, lowest, sun_x, seed }
    }

    /// Paints rows of 8-bit RGB into `pixels` (3 × width × height bytes), on every processor there is.
    pub(super) fn paint(&self, moment: Moment, pixels: &mut [u8]) {
        let light = Light::of(moment, self.sun_x);
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let rows = self.height.div_ceil(workers * 4).max(1);
        let bands: Vec<(usize, &mut [u8])> = pixels.chunks_mut(self.width * 3 * rows).enumerate().collect();
        let queue = std::sync::Mutex::new(bands.into_iter());
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    loop {
                        let next = queue.lock().map(|mut q| q.next());
                        let Ok(Some((band, pixels))) = next else { return };
                        for (row, pixels) in pixels.chunks_mut(self.width * 3).enumerate() {
                            self.row(band * rows + row, &light, pixels);
                        }
                    }
                });
            }
        });
    }

    fn row(&self, row: usize, light: &Light, pixels: &mut [u8]) {
        let unit = 1.0 / self.height as f32;
        let y = row as f32 * unit;
        let sky = Sky::of(y / HORIZON, light);
        let stride = (self.height / 180).max(1);
        let clouds = if row as f32 <= self.lowest { self.clouds_of(&sky, stride, light.drift) } else { Vec::new() };
        let mut clouds = clouds.windows(2).flat_map(|pair| {
            let (left, right) = (pair.first().copied().unwrap_or_default(), pair.last().copied().unwrap_or_default());
            (0..stride).map(move |part| mix(left, right, part as f32 / stride as f32))
        });
        let hills: [Hill; RANGES] = std::array::from_fn(|range| Hill::of(range, y, light));
        let (rgb, _) = pixels.as_chunks_mut::<3>();
        let columns = self.ridges.iter().zip(&self.edges).zip(&self.tops);
        for (column, (pixel, ((ridges, edges), top))) in rgb.iter_mut().zip(columns).enumerate() {
            let x = column as f32 * unit;
            // The square of the way to the sun; the glow needs no root.
            let away = (x - light.sun.0).powi(2) + (y - light.sun.1).powi(2);
            let cloud = clouds.next().unwrap_or_default();
            let mut colour = [0.0; 3];
            let mut open = 1.0;
            // Most pixels show either nothing but sky or the nearest range that covers them whole.
            let ranges = if row as f32 + 0.5 < *top { 0 } else { RANGES };
            for ((ridge, edge), hill) in ridges.iter().zip(edges).zip(&hills).take(ranges).rev() {
                let covered = ((row as f32 - ridge) * edge + 0.5).clamp(0.0, 1.0);
                if covered > 0.0 {
                    add(&mut colour, hill.colour(away, light), open * covered);
                    open *= 1.0 - covered;
                    if open < 0.004 {
                        break;
                    }
                }
            }
            if open >= 0.004 {
                add(&mut colour, sky.colour(cloud, away, light), open);
            }
            // Noise of one step hides the steps of 8 bits in the slow gradients.
            let grain = at(column as i32, row as i32, self.seed);
            for (channel, value) in pixel.iter_mut().zip(colour) {
                *channel = (value * 255.0 + grain).clamp(0.0, 255.0) as u8;
            }
        }
    }

    /// How dense the clouds are along a row, at every `stride`-th column: they are far softer than a pixel.
    fn clouds_of(&self, sky: &Sky, stride: usize, drift: f32) -> Vec<f32> {
        let dense = |column: usize| {
            let x = column as f32 / self.height as f32;
            let (u, v) = ((x - 0.9) * sky.across, sky.down);
            let slow = self.cloud(u + drift * 300.0, v);
            let fast = self.cloud(u * 2.3 + drift * 620.0 + 311.0, v * 2.1 + 97.0);
            step(0.50, 0.74, slow * 0.74 + fast * 0.26) * sky.clear
        };
        (0..=self.width.div_ceil(stride)).map(|sample| dense(sample * stride)).collect()
    }

    /// The cloud texture at a place, smoothly. Columns repeat, rows end.
    fn cloud(&self, u: f32, v: f32) -> f32 {
        // Far enough to the right for the cast to round down.
        let u = u + (CLOUD_COLUMNS * 8) as f32;
        let (column, row) = (u as usize, v as usize);
        let (part_u, part_v) = (u - column as f32, v - row as f32);
        let texel = |column: usize, row: usize| {
            let place = row.min(CLOUD_ROWS - 1) * CLOUD_COLUMNS + column % CLOUD_COLUMNS;
            self.clouds.get(place).copied().unwrap_or_default()
        };
        let upper = mix(texel(column, row), texel(column + 1, row), part_u);
        let lower = mix(texel(column, row + 1), texel(column + 1, row + 1), part_u);
        mix(upper, lower, part_v)
    }
}

/// A row of the sky.
struct Sky {
    colour: Colour,
    /// Columns and rows of the cloud texture: high clouds lie flat, so the nearer to the horizon, the thinner the stripe
    /// that is seen.
    across: f32,
    down: f32,
    /// 0 at the horizon, where the haze hides the clouds.
    clear: f32,
}

impl Sky {
    /// `height`: 0 at the top, 1 at the horizon.
    fn of(height: f32, light: &Light) -> Self {
        let [zenith, high, low, horizon] = light.sky;
        let mut colour = lerp(zenith, high, step(0.0, 0.55, height));
        blend(&mut colour, low, step(0.35, 0.88, height));
        blend(&mut colour, horizon, step(0.70, 1.05, height));
        let depth = 1.0 / (1.12 - height.min(1.0));
        Self { colour, across: depth.sqrt() * 260.0, down: depth * 46.0, clear: step(1.0, 0.80, height) }
    }

    /// `dense`: the cloud there; `away`: the square of the way to the sun.
    fn colour(&self, dense: f32, away: f32, light: &Light) -> Colour {
        let wide = 1.0 / (1.0 + away / (0.34 * 0.34));
        let near = 1.0 / (1.0 + away / (0.075 * 0.075));
        let mut colour = self.colour;
        blend(&mut colour, light.glow, (0.66 * wide * wide + 0.10 * wide).min(1.0));
        if dense > 0.0 {
            let mut cloud = light.cloud;
            // A cloud's thin edges let the light through, and those about the sun most.
            blend(&mut cloud, light.lit, ((0.25 + 0.95 * wide) * (1.12 - 0.55 * dense)).min(1.0));
            blend(&mut colour, cloud, dense * 0.88);
        }
        add(&mut colour, light.glow, 0.55 * near * near);
        if away < 0.04 * 0.04 {
            let disc = step(0.036, 0.027, away.sqrt()) * (1.0 - 0.35 * dense);
            blend(&mut colour, [1.0, 0.97, 0.86], disc);
        }
        colour
    }
}

/// A row of a range of hills.
struct Hill {
    colour: Colour,
    /// How much mist lies there, and how much of the sun's glow gets through to us.
    mist: f32,
    glow: f32,
}

impl Hill {
    fn of(range: usize, y: f32, light: &Light) -> Self {
        let nearness = range as f32 / (RANGES - 1) as f32;
        let (base, rise, ..) = RIDGES.get(range).copied().unwrap_or_default();
        Self {
            colour: lerp(light.haze, light.near, 0.22 + 0.78 * nearness.powf(0.72)),
            // Mist lies in the valley before the next range.
            mist: step(base - rise * 0.75, base + 0.06, y) * (1.0 - nearness) * 0.85,
            glow: 0.50 - 0.44 * nearness,
        }
    }

    fn colour(&self, away: f32, light: &Light) -> Colour {
        let sunward = 1.0 / (1.0 + away / (0.42 * 0.42));
        let mut colour = self.colour;
        blend(&mut colour, lerp(light.mist, light.glow, sunward * 0.75), self.mist);
        blend(&mut colour, light.glow, sunward * self.glow);
        colour
    }
}

impl Light {
    fn of(moment: Moment, sun_x: f32) -> Self {
        let t = moment.morning.clamp(0.0, 1.0);
        let between = |dawn: Colour, day: Colour| -> Colour { lerp(dawn, day, t) };
        Self {
            sun: (sun_x, HORIZON - 0.085 - 0.30 * t),
            sky: [
                between([0.13, 0.20, 0.42], [0.24, 0.47, 0.78]),
                between([0.36, 0.38, 0.62], [0.45, 0.65, 0.88]),
                between([0.86, 0.56, 0.50], [0.78, 0.85, 0.92]),
                between([1.00, 0.74, 0.46], [0.99, 0.91, 0.76]),
            ],
            haze: between([0.58, 0.44, 0.56], [0.60, 0.71, 0.84]),
            mist: between([0.84, 0.60, 0.56], [0.84, 0.88, 0.93]),
            near: between([0.04, 0.06, 0.13], [0.05, 0.15, 0.15]),
            cloud: between([0.44, 0.36, 0.52], [0.83, 0.86, 0.92]),
            lit: between([1.00, 0.66, 0.46], [1.00, 0.97, 0.90]),
            glow: between([1.00, 0.70, 0.36], [1.00, 0.90, 0.66]),
            drift: moment.drift,
        }
    }
}

/// For each range: where it stands, how high it rises, how many hills fit into a height, how rough they are.
const RIDGES: [(f32, f32, f32, u32); RANGES] = [
    (0.635, 0.20, 2.1, 7),
    (0.670, 0.16, 2.5, 7),
    (0.725, 0.15, 2.1, 6),
    (0.800, 0.15, 1.7, 5),
    (0.900, 0.17, 1.3, 4),
    (1.010, 0.16, 1.0, 4),
];

/// A ridge's distance from the picture's upper edge.
fn ridge(range: usize, x: f32, seed: u32) -> f32 {
    let seed = seed.wrapping_add(range as u32 * 101);
    let (base, rise, hills, octaves) = RIDGES.get(range).copied().unwrap_or_default();
    let mut shape = rough(x * hills + 40.0, octaves, seed);
    if range < 2 {
        // Mountains are sharp above and flat below.
        let fold = 1.0 - (2.0 * rough(x * hills * 0.8 + 7.0, 5, seed ^ 0x51DE) - 1.0).abs();
        shape = mix(shape, fold * fold, 0.6);
    }
    let forest = match range {
        5 => trees(x, 40.0, 0.082, seed).max(trees(x + 0.7, 61.0, 0.060, seed ^ 5)),
        4 => trees(x, 92.0, 0.024, seed).max(trees(x + 0.3, 70.0, 0.019, seed ^ 9)),
        3 => trees(x, 190.0, 0.0095, seed),
        _ => 0.0,
    };
    base - rise * shape - forest
}

/// The height of spruces over the ground, `dense` of them to a height of the picture.
fn trees(x: f32, dense: f32, tall: f32, seed: u32) -> f32 {
    let here = (x * dense).floor() as i32;
    let stand = step(0.28, 0.62, rough(x * 3.1 + 3.0, 3, seed ^ 0xF0_2E57));
    (here - 1..=here + 1)
        .map(|tree| {
            let middle = (tree as f32 + 0.2 + 0.6 * at(tree, 1, seed)) / dense;
            let height = tall * (0.35 + 0.65 * at(tree, 2, seed)) * (0.25 + 0.75 * stand);
            let aside = (x - middle).abs() / (height * 0.21);
            // Boughs: the outline goes down in steps.
            let bough = 0.10 * ((aside * 6.0).fract() - 0.5);
            height * (1.0 - aside.powf(0.72) + bough * aside.min(1.0)).max(0.0)
        })
        .fold(0.0, f32::max)
}

fn lerp(a: Colour, b: Colour, t: f32) -> Colour {
    let mut colour = a;
    blend(&mut colour, b, t);
    colour
}

fn blend(colour: &mut Colour, other: Colour, t: f32) {
    for (channel, other) in colour.iter_mut().zip(other) {
        *channel += (other - *channel) * t;
    }
}

fn add(colour: &mut Colour, light: Colour, strength: f32) {
    for (channel, light) in colour.iter_mut().zip(light) {
        *channel += light * strength;
    }
}
