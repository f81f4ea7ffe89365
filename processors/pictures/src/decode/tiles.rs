//! A HEIC of tiles, as phones make them: tile after tile, so that no more than a row of them is ever held at its full size. 48 megapixels
//! would be 430 MB.

use png::ColorType;

use super::Decoded;
use super::heic::{colour, refusal};
use super::squares::Squares;
use crate::colour::Colour;
use crate::facts::Facts;
use crate::geometry::Size;
use crate::heif::{Grid, Heif};
use crate::refusal::Refusal;

/// Averages squares of `side` pixels. A tile that is missing or does not decode is grey; where none does, that is said.
pub(super) fn decode(bytes: &[u8], facts: &Facts, side: u32, read: Size) -> Result<Decoded, Refusal> {
    let heif = Heif::read(bytes).ok_or(Refusal::HEADER)?;
    let grid = heif.grid().ok_or(Refusal::HEADER)?;
    let mut strip = Strip::new(&grid);
    let mut squares = Squares::new(3, side as usize, read);
    let (mut colour, mut refused) = (None, None);
    let mut left = grid.size.height as usize;
    for tiles in grid.tiles.chunks(grid.columns) {
        strip.clear();
        for (column, tile) in decoded(&heif, tiles, grid.tile).into_iter().enumerate() {
            match tile {
                Ok((tile, its)) => {
                    strip.put(column, &tile);
                    colour.get_or_insert(its);
                }
                Err(refusal) => {
                    refused.get_or_insert(refusal);
                }
            }
        }
        for samples in strip.samples.chunks_exact(strip.row).take(left) {
            squares.row(samples);
        }
        left = left.saturating_sub(grid.tile.height as usize);
    }
    match (colour, refused) {
        // The container's word is worth more than the tiles'.
        (Some(colour), _) => {
            let colour = if facts.codes.is_some() || facts.profile.is_some() { Colour::of(facts) } else { colour };
            Ok(Decoded { pixels: squares.finish(ColorType::Rgb)?, colour })
        }
        (None, refused) => Err(refused.unwrap_or(Refusal::UNDECODABLE)),
    }
}

type Tile = Result<(Vec<u16>, Colour), Refusal>;

/// The tiles of a row, on as many threads as there are processors.
fn decoded(heif: &Heif<'_>, tiles: &[u32], size: Size) -> Vec<Tile> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut all = Vec::new();
    for some in tiles.chunks(processors) {
        std::thread::scope(|scope| {
            let threads: Vec<_> = some.iter().map(|item| scope.spawn(|| decode_tile(heif, *item, size))).collect();
            all.extend(threads.into_iter().map(|thread| thread.join().unwrap_or(Err(Refusal::UNDECODABLE))));
        });
    }
    all
}

/// A tile's samples: red, green and blue of 16 bits, row after row.
fn decode_tile(heif: &Heif<'_>, item: u32, size: Size) -> Tile {
    let alone = heif.alone(item).ok_or(Refusal::CUT_OFF)?;
    // What the coded picture says of its size is believed only where the container says the same: the budget was made of that.
    let info = heic_decoder::probe(&alone).map_err(|e| refusal(&e))?;
    if (info.width, info.height) != (size.width as usize, size.height as usize) {
        return Err(Refusal::UNDECODABLE);
    }
    let image = heic_decoder::decode(&alone).map_err(|e| refusal(&e))?;
    let colour = colour(&image);
    let samples = if image.bit_depth_luma > 8 {
        image.to_rgb16().map_err(|e| refusal(&e))?.data
    } else {
        image.to_rgb8().map_err(|e| refusal(&e))?.data.into_iter().map(|sample| u16::from(sample) * 257).collect()
    };
    Ok((samples, colour))
}

/// A row of tiles, side by side.
struct Strip {
    /// Samples in a row of the picture, which may be narrower than its tiles.
    row: usize,
    /// Samples in a row of a tile.
    tile_row: usize,
    samples: Vec<u16>,
}

impl Strip {
    fn new(grid: &Grid) -> Self {
        let row = 3 * grid.size.width as usize;
        Self { row, tile_row: 3 * grid.tile.width as usize, samples: vec![0; row * grid.tile.height as usize] }
    }

    fn clear(&mut self) {
        self.samples.fill(GREY);
    }

    fn put(&mut self, column: usize, tile: &[u16]) {
        let rows = self.samples.chunks_exact_mut(self.row).zip(tile.chunks_exact(self.tile_row));
        for (to, from) in rows {
            // The last tile of a row may stand over.
            let to = to.get_mut(column * self.tile_row..).unwrap_or_default();
            to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        }
    }
}

/// What is shown where nothing could be read.
const GREY: u16 = 128 * 257;
