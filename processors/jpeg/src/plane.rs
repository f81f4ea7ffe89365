//! The samples of one component, of as many rows as a row of MCUs has.

use crate::geometry::Shape;

/// A component's rows out of the current row of MCUs, and above them the last one of the row of MCUs before.
pub(crate) struct Plane {
    pub(crate) shape: Shape,
    samples: Vec<u8>,
    stride: usize,
    /// In a row of MCUs.
    rows: usize,
}

impl Plane {
    pub(crate) fn new(shape: Shape, mcus: usize) -> Self {
        let stride = mcus * shape.blocks.0 * shape.points;
        let rows = shape.blocks.1 * shape.points;
        Self { shape, samples: vec![0; stride * (rows + 1)], stride, rows }
    }

    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// Makes ready for the next row of MCUs.
    pub(crate) fn keep_last_row(&mut self) {
        let last = self.rows * self.stride;
        self.samples.copy_within(last.., 0);
    }

    /// Where the blocks of the first MCU begin, in the order in which they are coded.
    pub(crate) fn places(&self) -> Vec<usize> {
        let Shape { blocks: (across, down), points, .. } = self.shape;
        let rows = (0..down).map(|row| (1 + row * points) * self.stride);
        rows.flat_map(|from| (0..across).map(move |column| from + column * points)).collect()
    }

    /// Samples from a block to the same of the next MCU.
    #[inline(always)]
    pub(crate) fn mcu_width(&self) -> usize {
        self.shape.blocks.0 * self.shape.points
    }

    /// From a place on.
    #[inline(always)]
    pub(crate) fn from(&mut self, place: usize) -> &mut [u8] {
        self.samples.get_mut(place..).unwrap_or_default()
    }

    /// A row of the component, counted from its first, while the row `mcu_row` of MCUs is the current one. Those behind the last
    /// are the last.
    pub(crate) fn row(&self, mcu_row: usize, row: usize) -> &[u8] {
        let row = row.min(self.shape.height - 1) + 1 - mcu_row * self.rows;
        let from = row * self.stride;
        self.samples.get(from..from + self.shape.width).unwrap_or_default()
    }
}
