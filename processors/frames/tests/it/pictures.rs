use frames::{Codec, Look, Size, decode};
use image::{DynamicImage, imageops::FilterType};

use super::{CARD, Films, ffmpeg};
use frames::file::Format;

/// How ffmpeg makes RGB of a frame without smoothing the colours, which are stored for each two by two pixels.
const AS_STORED: &str = "scale=flags=bilinear";

/// The mean difference of two pictures of one size, of 255.
fn difference(a: &DynamicImage, b: &DynamicImage) -> f64 {
    let (a, b) = (a.to_rgb8(), b.to_rgb8());
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    #[allow(clippy::cast_precision_loss)]
    let mean = sum as f64 / a.as_raw().len() as f64;
    mean
}

/// The frame at a time, as FFmpeg's command line shows it: upright.
fn shown(films: &Films, film: &std::path::Path, at: f64, filter: &str) -> DynamicImage {
    let (at, png) = (at.to_string(), films.path("frame.png"));
    let film = film.to_str().unwrap();
    ffmpeg(["-ss", &at, "-i", film, "-frames:v", "1", "-vf", filter, "-pix_fmt", "rgb24"].into_iter(), &png);
    image::open(png).unwrap()
}

#[test]
fn every_codecs_keyframes_are_what_ffmpeg_shows() {
    let films = Films::new();
    let table = [
        ("h264.mkv", "-c:v libx264 -preset veryfast -g 25 -pix_fmt yuv420p", Codec::H264, Format::Mp4),
        ("hevc.mkv", "-c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=25", Codec::Hevc, Format::Mp4),
        (
            "ten.mkv",
            "-c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=25 -pix_fmt yuv420p10le",
            Codec::Hevc,
            Format::Mp4,
        ),
        ("vp8.webm", "-c:v libvpx -deadline realtime -cpu-used 8 -g 25 -b:v 1M", Codec::Vp8, Format::Webm),
        ("vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -b:v 1M", Codec::Vp9, Format::Webm),
        (
            "av1.webm",
            "-vf scale=out_color_matrix=bt709 -colorspace bt709 -c:v libaom-av1 -usage realtime -cpu-used 8 -g 25 -b:v 1M",
            Codec::Av1,
            Format::Webm,
        ),
        (
            "full.mkv",
            "-vf scale=out_range=full -c:v libx264 -preset veryfast -g 25 -pix_fmt yuvj420p",
            Codec::H264,
            Format::Mp4,
        ),
        (
            "hd.mkv",
            "-vf scale=1280:720:out_color_matrix=bt709 -colorspace bt709 -c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p",
            Codec::H264,
            Format::Mp4,
        ),
    ];
    for (name, options, codec, format) in table {
        let film = films.make(name, &format!("{CARD} {options}"));
        let (made, _, bytes) = films.rewritten(&film, format);
        let coding = made.facts.picture.coding.expect(name);
        assert_eq!(coding.codec, codec, "{name}");
        assert_eq!(made.keyframes.len(), 2, "{name}: {:?}", made.keyframes);
        for keyframe in made.keyframes {
            let from = usize::try_from(keyframe.offset).unwrap();
            let sample = &bytes[from..from + usize::try_from(keyframe.length).unwrap()];
            let ours = decode(&coding, sample, coding.shown).expect(name);
            let theirs = shown(&films, &film, keyframe.time_s, AS_STORED);
            let off = difference(&ours, &theirs);
            // What decodes AVIF rounds differently.
            let most = if codec == Codec::Av1 { 1.0 } else { 0.0 };
            assert!(off <= most, "{name} at {} s: {off}", keyframe.time_s);
            let small = decode(&coding, sample, Size { width: 96, height: 54 }).expect(name);
            let off = difference(&small, &theirs.resize_exact(96, 54, FilterType::Triangle));
            assert!(off < 4.0, "{name}, small, at {} s: {off}", keyframe.time_s);
            assert!(Look::of(&ours).will_do(), "{name}: {:?}", Look::of(&ours));
        }
    }
}

#[test]
fn pictures_stand_upright_and_in_square_pixels() {
    let films = Films::new();
    films.make("lying.mp4", &format!("{CARD} -c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p"));
    for turn in [90, 180, 270] {
        let film = films.make(&format!("{turn}.mp4"), &format!("-i {{lying.mp4}} -c copy -metadata:s:v rotate={turn}"));
        let (made, to, bytes) = films.rewritten(&film, Format::Mp4);
        let coding = made.facts.picture.coding.unwrap();
        let upright = if turn == 180 { (320, 180) } else { (180, 320) };
        assert_eq!((coding.shown.width, coding.shown.height), upright, "{turn}");
        let length = usize::try_from(made.keyframes[0].length).unwrap();
        let ours = decode(&coding, &bytes[..length], coding.shown).unwrap();
        let off = difference(&ours, &shown(&films, &film, 0.0, AS_STORED));
        assert!(off < 0.01, "{turn}: {off}");
        // The new film is turned as the old one was.
        let off = difference(&ours, &shown(&films, &to, 0.0, AS_STORED));
        assert!(off < 0.01, "{turn}, rewritten: {off}");
    }
    let wide = films.make("wide.mkv", &format!("{CARD} -vf scale=180:144,setsar=64/45 -c:v libx264 -preset ultrafast"));
    let (made, ..) = films.rewritten(&wide, Format::Mp4);
    let picture = made.facts.picture;
    assert_eq!((picture.shown.width, picture.shown.height, picture.pixel_aspect), (256, 144, (64, 45)));
}

#[test]
fn light_beyond_white_is_toned_down() {
    let films = Films::new();
    let hdr = "-vf format=yuv420p10le -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -c:v libx265 -preset \
               ultrafast -x265-params log-level=error:keyint=25:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc";
    let film = films.make("hdr.mkv", &format!("{CARD} {hdr}"));
    let (made, _, bytes) = films.rewritten(&film, Format::Mp4);
    let coding = made.facts.picture.coding.unwrap();
    let sample = &bytes[..usize::try_from(made.keyframes[0].length).unwrap()];
    let toned = decode(&coding, sample, coding.shown).unwrap();
    assert!(matches!(toned, DynamicImage::ImageRgb8(_)), "{:?}", toned.color());
    // Shown as if it were no HDR, a film graded in PQ is grey: there is less contrast in it.
    let mut plain = coding.clone();
    plain.colours.transfer = 1;
    let look = Look::of(&toned);
    assert!(look.will_do(), "{look:?}");
    let difference = difference(&toned, &shown(&films, &film, 0.0, AS_STORED));
    assert!(difference > 5.0, "as if it were no HDR: {difference}");
}
