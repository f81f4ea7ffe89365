//! tmp
use scaled_jpeg::{Header, Scale};
use std::ops::ControlFlow;
fn main(){ let a:Vec<String>=std::env::args().collect(); let b=std::fs::read(&a[1]).unwrap(); let r:usize=a[2].parse().unwrap();
let h=Header::read(&b,u64::MAX).unwrap(); for n in &a[3..] { let n:u8=n.parse().unwrap(); let s=Scale::ALL[usize::from(n)-1]; let mut best=1e9_f64; for _ in 0..r { let t=std::time::Instant::now(); h.decode(s,|x|{std::hint::black_box(x.pixels);ControlFlow::Continue(())}).unwrap(); best=best.min(t.elapsed().as_secs_f64()*1e3);} print!("{n}: {best:.1}  "); } println!(); }
