//! The films, each by the arguments that make it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use super::{directory, run};

/// A film: its name, what it is made of, and how. `{NAME}` stands for another film.
pub struct Recipe {
    pub name: &'static str,
    pub inputs: &'static [&'static str],
    pub options: &'static str,
}

const PICTURES: &str = "-f lavfi -i testsrc2=size=320x180:rate=25:duration=2";
const SOUND: &str = "-f lavfi -i sine=frequency=440:duration=2";
const X264: &str = "-c:v libx264 -preset veryfast -g 10";

const fn film(name: &'static str, inputs: &'static [&'static str], options: &'static str) -> Recipe {
    Recipe { name, inputs, options }
}

/// Films with the index behind, unless the name says otherwise.
pub const CORPUS: &[Recipe] = &[
    film("plain.mp4", &[PICTURES, SOUND, X264], "-c:a aac"),
    film("plain.mov", &[PICTURES, SOUND, X264], "-c:a pcm_s16le -timecode 01:00:00:00"),
    film("front.mp4", &["-i {plain.mp4}"], "-c copy -movflags +faststart"),
    film("silent.mp4", &[PICTURES, X264], "-bf 0"),
    film("sound.m4a", &[SOUND], "-c:a aac -ar 48000 -ac 6"),
    film(
        "sounds.mp4",
        &[PICTURES, SOUND, SOUND, SOUND, X264],
        "-map 0 -map 1 -map 2 -map 3 -c:a:0 aac -c:a:1 ac3 -c:a:2 eac3 -ac:a:1 6 -ac:a:2 2 \
         -metadata:s:a:0 language=deu -metadata:s:a:1 language=jpn -disposition:a:1 0",
    ),
    film("flac.mp4", &[SOUND], "-c:a flac -strict -2 -ar 96000 -ac 2"),
    film("opus.mp4", &[SOUND], "-c:a libopus -ac 2"),
    // Of MP3 ffmpeg writes down two channels, whatever there are.
    film("mp3.mp4", &[SOUND], "-c:a libmp3lame -ac 2"),
    film("alac.m4a", &[SOUND], "-c:a alac -ac 2"),
    film("pcm24.mov", &[SOUND], "-c:a pcm_s24le -ar 96000 -ac 2"),
    film(
        "subtitles.mp4",
        &["-i {plain.mp4}", "-i {lines.srt}"],
        "-map 0 -map 1 -c copy -c:s mov_text -metadata:s:s:0 language=fra",
    ),
    film("chapters.mp4", &["-i {plain.mp4}", "-i {chapters.txt}"], "-map 0 -map_metadata 1 -map_chapters 1 -c copy"),
    film("rotated90.mp4", &["-i {plain.mp4}"], "-c copy -metadata:s:v rotate=90"),
    film("rotated180.mp4", &["-i {plain.mp4}"], "-c copy -metadata:s:v rotate=180"),
    film("rotated270.mov", &["-i {plain.mp4}"], "-c copy -metadata:s:v rotate=270"),
    film("anamorphic.mp4", &[PICTURES, X264], "-vf scale=180:144,setsar=64/45 -aspect 16:9"),
    film("variable.mp4", &[PICTURES, X264], "-vf select='lt(n\\,20)+not(mod(n\\,4))' -vsync vfr"),
    film("ntsc.mp4", &[PICTURES, X264], "-r 30000/1001"),
    film("coarse.mp4", &[PICTURES, X264], "-r 30 -video_track_timescale 1000"),
    film("trimmed.mp4", &["-ss 0.52 -i {plain.mp4}"], "-c copy"),
    film("delayed.mp4", &["-i {plain.mp4}", "-itsoffset 0.7 -i {plain.mp4}"], "-map 0:a -map 1:v -c copy"),
    film(
        "hdr10.mp4",
        &[PICTURES, "-c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=10 -tag:v hvc1"],
        "-pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc",
    ),
    film(
        "hlg.mov",
        &[PICTURES, "-c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=10 -tag:v hev1"],
        "-pix_fmt yuv420p10le -color_primaries bt2020 -color_trc arib-std-b67 -colorspace bt2020nc",
    ),
    film(
        "colours.mp4",
        &[PICTURES, X264],
        "-color_primaries smpte170m -color_trc bt709 -colorspace smpte170m -color_range pc",
    ),
    film("av1.mp4", &[PICTURES, SOUND], "-c:v libaom-av1 -cpu-used 8 -usage realtime -g 10 -c:a libopus"),
    film("vp9.mp4", &[PICTURES, SOUND], "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 10 -c:a libopus"),
    film("mpeg4.mp4", &[PICTURES], "-c:v mpeg4 -g 10"),
    film("prores.mov", &[PICTURES, SOUND], "-c:v prores_ks -c:a pcm_s16be"),
    film("motion.mov", &[PICTURES], "-c:v mjpeg -pix_fmt yuvj420p"),
    film(
        "encrypted.mp4",
        &["-i {plain.mp4}"],
        "-c copy -encryption_scheme cenc-aes-ctr \
         -encryption_key 00112233445566778899aabbccddeeff -encryption_kid 0123456789abcdef0123456789abcdef",
    ),
    film(
        "data.mov",
        &["-i {plain.mp4}"],
        "-map_metadata -1 -c copy -movflags use_metadata_tags -metadata com.example.note=hello",
    ),
];

/// Films in fragments.
pub const FRAGMENTED: &[Recipe] = &[
    film("fragments.mp4", &["-i {plain.mp4}"], "-c copy -movflags frag_keyframe+empty_moov"),
    film("fragments_only.mp4", &["-i {plain.mp4}"], "-c copy -movflags frag_keyframe"),
    film("cmaf.mp4", &["-i {plain.mp4}"], "-c copy -movflags cmaf+global_sidx+frag_keyframe -map 0:v"),
    film("unknown_length.mp4", &["-i {plain.mp4}"], "-c copy -movflags frag_keyframe+empty_moov+skip_trailer"),
];

/// Films that are neither MP4 nor `QuickTime`.
pub const OTHERS: &[Recipe] = &[
    film("vp9.webm", &["-i {vp9.mp4}"], "-c copy"),
    film("plain.mkv", &["-i {plain.mp4}"], "-c copy"),
    film("stream.ts", &["-i {plain.mp4}"], "-c copy"),
    film("plain.avi", &["-i {mpeg4.mp4}"], "-c copy"),
];

const LINES: &str = "1\n00:00:00,200 --> 00:00:00,900\nOne\n\n2\n00:00:01,000 --> 00:00:01,500\nTwo\n";
const CHAPTERS: &str = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=First\n\
                        [CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Second\n";

/// A film by its name, made if it is not there. Its file is named after how it is made, so an old one is never taken for it.
pub fn path(name: &str) -> PathBuf {
    if let Some(text) = [("lines.srt", LINES), ("chapters.txt", CHAPTERS)].into_iter().find(|(file, _)| *file == name) {
        return made(name, text.1, |path| std::fs::write(path, text.1).unwrap());
    }
    let recipe = CORPUS.iter().chain(FRAGMENTED).chain(OTHERS).find(|recipe| recipe.name == name);
    let recipe = recipe.unwrap_or_else(|| panic!("there is no recipe for {name}"));
    let text = format!("{} {}", recipe.inputs.join(" "), recipe.options);
    let mut arguments = vec!["-v".to_owned(), "error".into(), "-y".into()];
    for word in text.split_whitespace() {
        let other = word.strip_prefix('{').and_then(|word| word.strip_suffix('}'));
        arguments.push(other.map_or(word.replace('\'', ""), |other| path(other).to_str().unwrap().into()));
    }
    made(name, &arguments.join(" "), |path| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain([path]).collect();
        run("ffmpeg", &arguments);
    })
}

pub fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap()
}

/// Tests run at once, in several processes: a file comes to be under a name of its own.
fn made(name: &str, how: &str, make: impl FnOnce(&str)) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    how.hash(&mut hasher);
    let (stem, extension) = name.split_once('.').unwrap();
    let wanted = directory().join(format!("{stem}-{:016x}.{extension}", hasher.finish()));
    if !wanted.exists() {
        let temporary =
            tempfile::Builder::new().prefix(stem).suffix(&format!(".{extension}")).tempfile_in(directory()).unwrap();
        make(temporary.path().to_str().unwrap());
        temporary.persist(&wanted).unwrap();
    }
    wanted
}
