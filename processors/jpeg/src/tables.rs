//! Quantisation and Huffman tables as files define them: four slots of each kind, where the last definition counts.

use crate::Unsupported;
use crate::huffman::{Class, Codes};
use crate::segments::Body;
use crate::unsupported::Table;

/// Quantisation steps, in zigzag order.
pub(crate) type Steps = [u16; 64];

/// The slots, as they are when a scan begins.
#[derive(Default)]
pub(crate) struct Tables {
    steps: [Option<Steps>; 4],
    dc: [Option<Codes>; 4],
    ac: [Option<Codes>; 4],
}

impl Tables {
    /// Takes a DQT segment in.
    pub(crate) fn define_steps(&mut self, mut body: Body<'_>) -> Result<(), Unsupported> {
        while !body.is_empty() {
            let (wide, slot) = body.nibbles()?;
            let slot = self.steps.get_mut(usize::from(slot)).ok_or(body.wrong())?;
            let mut steps = [0; 64];
            for step in &mut steps {
                *step = if wide == 0 { body.byte()?.into() } else { body.word()? };
            }
            *slot = Some(steps);
        }
        Ok(())
    }

    /// Takes a DHT segment in.
    pub(crate) fn define_codes(&mut self, mut body: Body<'_>) -> Result<(), Unsupported> {
        while !body.is_empty() {
            let (class, slot) = body.nibbles()?;
            let slots = match class {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(body.wrong()),
            };
            let slot = slots.get_mut(usize::from(slot)).ok_or(body.wrong())?;
            let counts: [u8; 16] = body.array()?;
            let count: usize = counts.iter().map(|count| usize::from(*count)).sum();
            if count > 256 {
                return Err(Unsupported::HuffmanTable);
            }
            *slot = Some(Codes { counts, symbols: body.take(count)?.to_vec() });
        }
        Ok(())
    }

    /// # Errors
    /// Where nothing has defined the slot.
    pub(crate) fn steps(&self, slot: u8) -> Result<&Steps, Unsupported> {
        let steps = self.steps.get(usize::from(slot)).and_then(Option::as_ref);
        steps.ok_or(Unsupported::MissingTable(Table::Quantisation))
    }

    /// # Errors
    /// Where nothing has defined the slot.
    pub(crate) fn codes(&self, class: Class, slot: u8) -> Result<&Codes, Unsupported> {
        let (slots, table) = match class {
            Class::Dc => (&self.dc, Table::Dc),
            Class::Ac => (&self.ac, Table::Ac),
        };
        slots.get(usize::from(slot)).and_then(Option::as_ref).ok_or(Unsupported::MissingTable(table))
    }
}
