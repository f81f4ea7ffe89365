//! What a file says of its picture before the picture comes.

use crate::frame::Frame;
use crate::geometry::Size;
use crate::huffman::Class;
use crate::segments::{Body, Segment, Segments};
use crate::tables::{Steps, Tables};
use crate::unsupported::{Process, Unsupported};

/// The facts of a file that can be decoded here, and where its picture stands.
pub struct Header<'a> {
    size: Size,
    colours: Colours,
    sampling: Sampling,
    restart_interval: u16,
    pub(crate) components: Vec<Component>,
    /// All of them, of which the components use some.
    pub(crate) tables: Tables,
    /// The coded picture, and whatever stands behind it.
    pub(crate) scan: &'a [u8],
}

/// What the components of a picture are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// One component.
    Grey,
    /// Luma, and chroma in blue and red (ITU T.871).
    YCbCr,
    /// Three components that are shown as they are.
    Rgb,
}

/// Pixels for each sample of chroma; 1 and 1 for grey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// 1 or 2.
    pub horizontal: u8,
    /// 1 or 2.
    pub vertical: u8,
}

/// A component's quantisation steps, and the slots of its codes, which are there and sound.
pub(crate) struct Component {
    pub(crate) steps: Steps,
    pub(crate) dc: u8,
    pub(crate) ac: u8,
}

impl<'a> Header<'a> {
    /// Reads the segments before the picture. Afterwards decoding needs memory in the order of 100 bytes for each pixel of a
    /// row, and time in the order of the pixels and the bytes.
    ///
    /// # Errors
    /// What a complete decoder has to be asked for, or what is wrong with the file; pictures of more than `max_pixels`.
    pub fn read(bytes: &'a [u8], max_pixels: u64) -> Result<Self, Unsupported> {
        let mut segments = Segments::new(bytes)?;
        let mut tables = Tables::default();
        let mut frame = None;
        let mut restart_interval = 0;
        let mut signs = Signs::default();
        loop {
            let Segment { marker, mut body } = segments.next()?;
            match marker {
                0xC0 | 0xC1 => {
                    if frame.replace(Frame::read(body, max_pixels)?).is_some() {
                        return Err(Unsupported::Process(Process::Hierarchical));
                    }
                }
                0xC4 => tables.define_codes(body)?,
                0xDB => tables.define_steps(body)?,
                0xDD => {
                    restart_interval = body.word()?;
                    body.end()?;
                }
                0xDA => {
                    let frame = frame.ok_or(Unsupported::Marker { marker })?;
                    let components = components(&frame, body, &tables)?;
                    let (colours, scan) = (signs.colours(&frame), segments.rest());
                    let Frame { size, sampling, .. } = frame;
                    return Ok(Self { size, colours, sampling, restart_interval, components, tables, scan });
                }
                0xE0 => signs.jfif |= body.bytes().len() >= 14 && body.bytes().starts_with(b"JFIF\0"),
                0xEE if body.bytes().starts_with(b"Adobe") => {
                    signs.adobe = body.bytes().get(11).copied().or(signs.adobe);
                }
                // Numbers of lines, application segments, comments.
                0xDC | 0xE1..=0xEF | 0xFE => {}
                0xC2 | 0xC6 => return Err(Unsupported::Process(Process::Progressive)),
                0xC3 | 0xC7 => return Err(Unsupported::Process(Process::Lossless)),
                0xC5 | 0xDE | 0xDF => return Err(Unsupported::Process(Process::Hierarchical)),
                0xC9..=0xCF => return Err(Unsupported::Process(Process::Arithmetic)),
                _ => return Err(Unsupported::Marker { marker }),
            }
        }
    }
}

impl Header<'_> {
    /// In pixels, as stored; what EXIF says of orientation is not looked at.
    pub fn size(&self) -> Size {
        self.size
    }

    /// What the components are.
    pub fn colours(&self) -> Colours {
        self.colours
    }

    /// How chroma is sampled.
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// MCUs from one restart marker to the next; 0 where there are none.
    pub fn restart_interval(&self) -> u16 {
        self.restart_interval
    }

    /// Bytes of a pixel: 1 for grey, 3 for colour.
    pub fn channels(&self) -> usize {
        self.components.len()
    }
}

/// Reads a scan's header, which has to name every component of the frame in order.
fn components(frame: &Frame, mut body: Body<'_>, tables: &Tables) -> Result<Vec<Component>, Unsupported> {
    if usize::from(body.byte()?) != frame.components.len() {
        return Err(Unsupported::SeveralScans);
    }
    let mut components = Vec::new();
    for of_frame in &frame.components {
        if body.byte()? != of_frame.id {
            return Err(Unsupported::SeveralScans);
        }
        let (dc, ac) = body.nibbles()?;
        let steps = *tables.steps(of_frame.steps)?;
        tables.codes(Class::Dc, dc)?.check(Class::Dc)?;
        tables.codes(Class::Ac, ac)?.check(Class::Ac)?;
        components.push(Component { steps, dc, ac });
    }
    if body.array()? != [0, 63, 0] {
        return Err(Unsupported::PartialScan);
    }
    body.end()?;
    Ok(components)
}

/// What tells the components' meaning: the JFIF marker, the transform in Adobe's, and the components' ids. In this order, as
/// libjpeg's `default_decompress_parms` has it.
#[derive(Default)]
struct Signs {
    jfif: bool,
    adobe: Option<u8>,
}

impl Signs {
    fn colours(&self, frame: &Frame) -> Colours {
        let ids: Vec<u8> = frame.components.iter().map(|component| component.id).collect();
        let rgb = self.adobe == Some(0) || (self.adobe.is_none() && ids == b"RGB");
        match ids.len() {
            1 => Colours::Grey,
            _ if rgb && !self.jfif => Colours::Rgb,
            _ => Colours::YCbCr,
        }
    }
}
