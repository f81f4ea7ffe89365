//! How long a decode takes, beside libjpeg-turbo's at the same scale, in milliseconds; the least of many runs that alternate.
//!
//!     taskset -c 1 cargo run --release -p scaled-jpeg --example time -- FILE [RUNS [EIGHTHS…]]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_precision_loss)]

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

use scaled_jpeg::{Header, Scale};
use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let bytes = std::fs::read(&arguments[0]).unwrap();
    let runs: usize = arguments.get(1).map_or(20, |runs| runs.parse().unwrap());
    let wanted: Vec<u8> = arguments.iter().skip(2).map(|eighths| eighths.parse().unwrap()).collect();
    let header = Header::read(&bytes, u64::MAX).unwrap();
    println!("{:?} {:?}, {} bytes, least of {runs} runs", header.size(), header.sampling(), bytes.len());
    for scale in Scale::ALL.into_iter().filter(|scale| wanted.is_empty() || wanted.contains(&scale.eighths())) {
        let size = header.size().scaled(scale);
        let mut pixels = vec![0; size.width as usize * size.height as usize * 3];
        let (mut ours, mut theirs) = (f64::MAX, f64::MAX);
        for _ in 0..runs {
            let start = Instant::now();
            let outcome = header.decode(scale, |band| {
                black_box(band.pixels);
                ControlFlow::Continue(())
            });
            ours = ours.min(start.elapsed().as_secs_f64());
            outcome.unwrap();

            let start = Instant::now();
            let mut decompressor = Decompressor::new().unwrap();
            decompressor.set_scaling_factor(ScalingFactor::new(usize::from(scale.eighths()), 8)).unwrap();
            let (width, height) = (size.width as usize, size.height as usize);
            let image = Image { pixels: &mut pixels[..], width, pitch: 3 * width, height, format: PixelFormat::RGB };
            decompressor.decompress(&bytes, image).unwrap();
            theirs = theirs.min(start.elapsed().as_secs_f64());
        }
        let (ratio, difference) = (theirs / ours, difference(&header, scale, &pixels));
        let (eighths, ours, theirs) = (scale.eighths(), ours * 1e3, theirs * 1e3);
        println!(
            "{eighths}/8: {ours:6.1} ms, libjpeg-turbo {theirs:6.1} ms: {ratio:.2}; mean difference {difference:.3}"
        );
    }
}

/// The mean of the absolute differences of all bytes.
fn difference(header: &Header<'_>, scale: Scale, theirs: &[u8]) -> f64 {
    let mut ours = vec![0; theirs.len()];
    header.decode_into(scale, &mut ours).unwrap();
    let sum: u64 = ours.iter().zip(theirs).map(|(ours, theirs)| u64::from(ours.abs_diff(*theirs))).sum();
    sum as f64 / theirs.len() as f64
}
