//! From the coded picture to rows of samples, and over what is damaged in it.

use crate::bits::Bits;
use crate::block::{BlockReader, Slot};
use crate::damage::Fault;
use crate::header::{Component, Header};
use crate::huffman::{Class, Coding, Skip};
use crate::idct::{Block, GREY, Idct};
use crate::plane::Plane;
use crate::window::Window;

/// The tables of one decode. Components that have the same codes share their look-ups, which stay in the cache then.
pub(crate) struct Codings {
    dc: [Option<Coding>; 4],
    ac: [Option<(Coding, Skip)>; 4],
}

impl Codings {
    pub(crate) fn new(header: &Header<'_>) -> Self {
        let mut codings = Self { dc: [const { None }; 4], ac: [const { None }; 4] };
        for component in &header.components {
            if let Some(dc @ None) = codings.dc.get_mut(usize::from(component.dc)) {
                let codes = header.tables.codes(Class::Dc, component.dc).ok();
                *dc = codes.map(|codes| Coding::new(Class::Dc, codes));
            }
            if let Some(ac @ None) = codings.ac.get_mut(usize::from(component.ac)) {
                let codes = header.tables.codes(Class::Ac, component.ac).ok();
                let coding = codes.map(|codes| Coding::new(Class::Ac, codes));
                *ac = coding.map(|coding| {
                    let skip = Skip::new(&coding.steps);
                    (coding, skip)
                });
            }
        }
        codings
    }
}

/// A component's coefficients, and where they go.
pub(crate) struct Transform {
    idct: Idct,
    slots: [Slot; 64],
    used: u32,
}

impl Transform {
    pub(crate) fn new(component: &Component, points: usize) -> Self {
        let idct = Idct::new(points);
        let (slots, used) = idct.slots(points, &component.steps);
        Self { idct, slots, used }
    }
}

/// Everything of a component that reading it needs.
struct Channel<'t> {
    reader: BlockReader<'t>,
    idct: &'t Idct,
    predictor: i32,
    /// Where the blocks of the next MCU begin in the plane.
    places: Vec<usize>,
}

/// A picture that is being read.
pub(crate) struct Scan<'a, 't> {
    window: Window<'a>,
    bits: Bits,
    channels: Vec<Channel<'t>>,
    block: Block,
    /// MCUs from one restart marker to the next, where there are any.
    interval: u16,
    /// MCUs up to the next restart marker.
    left: u16,
    /// The number of the next restart marker, 0 to 7.
    expected: u8,
    /// Whether nothing can be read up to the next restart marker.
    lost: bool,
    /// Faults since the last row of MCUs began.
    fault: Option<Fault>,
}

impl<'a, 't> Scan<'a, 't> {
    pub(crate) fn new(header: &Header<'a>, codings: &'t Codings, transforms: &'t [Transform]) -> Self {
        let channels = header.components.iter().zip(transforms).filter_map(|(component, transform)| {
            let dc = codings.dc.get(usize::from(component.dc))?.as_ref()?;
            let (ac, skip) = codings.ac.get(usize::from(component.ac))?.as_ref()?;
            let reader = BlockReader { dc, ac, skip, slots: &transform.slots, used: transform.used };
            Some(Channel { reader, idct: &transform.idct, predictor: 0, places: Vec::new() })
        });
        Self {
            window: Window::new(header.scan),
            bits: Bits::default(),
            channels: channels.collect(),
            block: [0.0; 64],
            interval: header.restart_interval(),
            left: header.restart_interval(),
            expected: 0,
            lost: false,
            fault: None,
        }
    }

    /// Reads a row of MCUs. Says what was wrong in it first.
    pub(crate) fn row(&mut self, mcus: usize, planes: &mut [Plane]) -> Option<Fault> {
        self.fault = None;
        for (channel, plane) in self.channels.iter_mut().zip(&*planes) {
            channel.places = plane.places();
        }
        // A copy that nothing else refers to is held in registers.
        let mut bits = self.bits;
        for _ in 0..mcus {
            if self.interval > 0 {
                if self.left == 0 {
                    self.restart();
                    bits = Bits::default();
                }
                self.left -= 1;
            }
            if Window::is_used_up(bits.position()) {
                self.window.advance(bits.position());
                bits = bits.moved_to_start();
            }
            bits = self.mcu(planes, bits);
        }
        self.bits = bits;
        self.fault
    }

    #[inline(always)]
    fn mcu(&mut self, planes: &mut [Plane], mut bits: Bits) -> Bits {
        for (channel, plane) in self.channels.iter_mut().zip(planes) {
            for place in &mut channel.places {
                let mut last = 0;
                if self.lost {
                    self.block = GREY;
                } else {
                    let read =
                        channel.reader.read(self.window.bytes(), &mut bits, &mut channel.predictor, &mut self.block);
                    let read = if bits.consumed() > self.window.bits() { Err(Fault::CutOff) } else { read };
                    last = read.unwrap_or_else(|fault| {
                        self.fault.get_or_insert(fault);
                        self.lost = fault != Fault::Overrun;
                        63
                    });
                    if self.lost {
                        self.block = GREY;
                    }
                }
                let stride = plane.stride();
                channel.idct.run(&mut self.block, last, plane.from(*place), stride);
                *place += plane.mcu_width();
            }
        }
        bits
    }

    /// Goes to the next restart marker, and begins anew behind it.
    #[cold]
    fn restart(&mut self) {
        self.left = self.interval;
        self.channels.iter_mut().for_each(|channel| channel.predictor = 0);
        let (expected, fault) = (self.expected, &mut self.fault);
        let behind = restart_marker(&mut self.window, expected, fault);
        self.lost = !behind;
        self.expected = (self.expected + 1) & 7;
    }
}

/// Goes behind the expected restart marker; where another one comes, the best of it (libjpeg's `jpeg_resync_to_restart`): one or
/// two behind is skipped, one or two ahead is waited for (the answer is false), others are taken for it.
fn restart_marker(window: &mut Window<'_>, expected: u8, fault: &mut Option<Fault>) -> bool {
    while let Some((marker, behind)) = window.marker() {
        match (marker, marker.wrapping_sub(0xD0 + expected) & 7) {
            (0xD0..=0xD7, 0) => {
                window.restart(behind);
                return true;
            }
            (0xD0..=0xD7, 3..=5) => {
                fault.get_or_insert(Fault::Restart);
                window.restart(behind);
                return true;
            }
            // Markers that have no place here are skipped like those that are late.
            (0xD0..=0xD7, 6 | 7) | (0x01..=0xBF, _) => window.restart(behind),
            // What comes later is looked at again when its turn comes.
            _ => break,
        }
        fault.get_or_insert(Fault::Restart);
    }
    fault.get_or_insert(Fault::Restart);
    false
}
