//! The fuzz targets over their seeds, past crashes and fixed mutations of both, in the ordinary suite.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::path::Path;

#[test]
fn what_holds_of_any_bytes_holds_of_these() {
    for (name, target) in fuzz::TARGETS {
        let mut seen = 0;
        for kind in ["seeds", "crashes"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(kind).join(name);
            for file in std::fs::read_dir(folder).into_iter().flatten() {
                let path = file.unwrap().path();
                // An allocation that fails ends the process: this line says of what.
                eprintln!("{}", path.display());
                let bytes = std::fs::read(path).unwrap();
                target(&bytes);
                for mutation in mutations(&bytes) {
                    target(&mutation);
                }
                seen += 1;
            }
        }
        assert!(seen >= 8, "{name}: {seen}");
    }
}

/// Cut off everywhere, and each of the first bytes set to numbers that hurt.
fn mutations(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let cut = (0..bytes.len()).step_by(7).filter_map(|length| bytes.get(..length)).map(<[u8]>::to_vec);
    let changed = (0..bytes.len().min(400)).flat_map(move |at| {
        [0x00, 0x7F, 0x80, 0xFF].into_iter().map(move |value| {
            let mut bytes = bytes.to_vec();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            bytes
        })
    });
    cut.chain(changed)
}
