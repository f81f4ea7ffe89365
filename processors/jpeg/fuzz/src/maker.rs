//! Whole JPEGs with any coefficients at all, so that a fuzzer does not have to find out about Huffman codes first.

/// Makes a file of whatever the bytes are; where they end, the rest of the picture is flat.
pub fn make(input: &[u8]) -> Vec<u8> {
    let mut input = Input(input.iter());
    let factors: &[u8] =
        [&[0x11_u8][..], &[0x11, 0x11, 0x11], &[0x21, 0x11, 0x11], &[0x22, 0x11, 0x11], &[0x12, 0x11, 0x11]]
            [input.below(5)];
    let (width, height) = (input.below(40) + 1, input.below(40) + 1);
    let interval = [0, 0, 1, 2, 3][input.below(5)];
    let sign = input.below(5);
    let mut file = vec![0xFF, 0xD8];
    match sign {
        0 => segment(&mut file, 0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
        1 | 2 => segment(&mut file, 0xEE, &[b"Adobe\0d\0\0\0\0".as_slice(), &[sign as u8 - 1]].concat()),
        _ => {}
    }
    let ids = if sign == 3 { *b"RGB" } else { [1, 2, 3] };

    let (step, slope) = (input.below(64) + 1, input.below(4));
    for table in 0..2 {
        let mut body = vec![table];
        body.extend((0..64).map(|at| (step + slope * at).min(255) as u8));
        segment(&mut file, 0xDB, &body);
    }
    let mut frame = vec![8, 0, height as u8, 0, width as u8, factors.len() as u8];
    let parts: Vec<(u8, u8)> = ids.into_iter().zip(factors.iter().copied()).collect();
    for (at, (id, factor)) in parts.iter().enumerate() {
        frame.extend([*id, *factor, u8::from(at > 0)]);
    }
    segment(&mut file, 0xC0, &frame);
    let mut tables = Vec::new();
    for slot in 0..2 {
        let dc = Table::new((0..12).collect(), DC_COUNTS[input.below(3)], input.below(12));
        let ac = Table::new(ac_symbols(), AC_COUNTS[input.below(3)], input.below(162));
        segment(&mut file, 0xC4, &dc.body(slot));
        segment(&mut file, 0xC4, &ac.body(0x10 | slot));
        tables.push((dc, ac));
    }
    if interval > 0 {
        segment(&mut file, 0xDD, &[0, interval as u8]);
    }
    let mut scan = vec![parts.len() as u8];
    for (at, (id, _)) in parts.iter().enumerate() {
        scan.extend([*id, if at == 0 { 0 } else { 0x11 }]);
    }
    scan.extend([0, 63, 0]);
    segment(&mut file, 0xDA, &scan);

    let (across, down) = (usize::from(factors[0] >> 4), usize::from(factors[0] & 15));
    let mcus = width.div_ceil(8 * across) * height.div_ceil(8 * down);
    let mut bits = Bits { file: &mut file, word: 0, count: 0 };
    let mut predictors = [0_i32; 3];
    for mcu in 0..mcus {
        if interval > 0 && mcu > 0 && mcu % interval == 0 {
            bits.restart((mcu / interval - 1) % 8);
            predictors = [0; 3];
        }
        for (part, factor) in factors.iter().enumerate() {
            let (dc, ac) = &tables[usize::from(part > 0)];
            for _ in 0..(factor >> 4) * (factor & 15) {
                block(&mut input, &mut bits, &mut predictors[part], dc, ac, step);
            }
        }
    }
    bits.flush();
    file.extend([0xFF, 0xD9]);
    file
}

fn block(input: &mut Input<'_>, bits: &mut Bits<'_>, predictor: &mut i32, dc: &Table, ac: &Table, step: usize) {
    // Within the 11 bits that a DC coefficient may have.
    let most = 1023 / step as i32;
    let wanted = (i32::from(input.byte().cast_signed()) * 8).clamp(-most, most);
    let difference = wanted - *predictor;
    *predictor = wanted;
    let size = 32 - difference.unsigned_abs().leading_zeros();
    dc.put(bits, size as u8);
    bits.put(if difference < 0 { difference - 1 } else { difference }.cast_unsigned(), size);
    let mut at = 0;
    while at < 63 {
        let symbol = input.byte();
        let symbol =
            if symbol.trailing_zeros() >= 4 && symbol != 0xF0 { 0 } else { symbol & 0xF0 | (symbol & 15).min(10) };
        let next = at + usize::from(symbol >> 4) + 1;
        if symbol == 0 || next > 63 {
            ac.put(bits, 0);
            return;
        }
        ac.put(bits, symbol);
        let size = u32::from(symbol & 15);
        let number = u32::from(input.byte()) << 2;
        bits.put(if size > 8 { number } else { number >> 2 }, size);
        at = next;
    }
}

/// How many codes have 1, 2, … 16 bits: as in ITU T.81 annex K; all alike; one of each length and the rest of the longest.
const DC_COUNTS: [[u8; 16]; 3] = [
    [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0],
];
const AC_COUNTS: [[u8; 16]; 3] = [
    [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    [0, 0, 0, 0, 0, 0, 0, 162, 0, 0, 0, 0, 0, 0, 0, 0],
    [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 154],
];

/// The end, sixteen zeros, and runs up to 15 before numbers of 1 to 10 bits, about as frequent as in pictures.
fn ac_symbols() -> Vec<u8> {
    let mut symbols: Vec<u8> = (0..16).flat_map(|run| (1..=10).map(move |size| run << 4 | size)).collect();
    symbols.sort_by_key(|symbol| (symbol >> 4) + 2 * (symbol & 15));
    symbols.splice(3..3, [0]);
    symbols.push(0xF0);
    symbols
}

struct Table {
    counts: [u8; 16],
    symbols: Vec<u8>,
}

impl Table {
    /// With the codes dealt out anew, from the symbol `first` on.
    fn new(mut symbols: Vec<u8>, counts: [u8; 16], first: usize) -> Self {
        symbols.rotate_left(first);
        Self { counts, symbols }
    }

    fn body(&self, slot: u8) -> Vec<u8> {
        [&[slot], &self.counts[..], &self.symbols].concat()
    }

    fn put(&self, bits: &mut Bits<'_>, symbol: u8) {
        let (mut code, mut symbols) = (0, self.symbols.iter());
        for (length, count) in (1..).zip(self.counts) {
            for _ in 0..count {
                if symbols.next() == Some(&symbol) {
                    bits.put(code, length);
                    return;
                }
                code += 1;
            }
            code *= 2;
        }
    }
}

struct Bits<'f> {
    file: &'f mut Vec<u8>,
    word: u64,
    count: u32,
}

impl Bits<'_> {
    /// The lowest `count` bits of `number`.
    fn put(&mut self, number: u32, count: u32) {
        self.word = self.word << count | u64::from(number) & ((1 << count) - 1);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.word >> self.count) as u8;
            self.file.push(byte);
            if byte == 0xFF {
                self.file.push(0);
            }
        }
    }

    /// Ones up to the next byte.
    fn flush(&mut self) {
        self.put(0x7F, (8 - self.count % 8) % 8);
    }

    fn restart(&mut self, number: usize) {
        self.flush();
        self.file.extend([0xFF, 0xD0 + number as u8]);
    }
}

fn segment(file: &mut Vec<u8>, marker: u8, body: &[u8]) {
    file.extend([0xFF, marker]);
    file.extend((body.len() as u16 + 2).to_be_bytes());
    file.extend(body);
}

struct Input<'i>(std::slice::Iter<'i, u8>);

impl Input<'_> {
    fn byte(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }
}
