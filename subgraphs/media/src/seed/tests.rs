use super::*;
use crate::domain::is_content;

/// domain 5.1: the demonstration's contents are what they say.
#[test]
fn films_tones_and_pictures_are_real() {
    assert!(is_content("video/mp4", FILM));
    let index = film_index();
    assert_eq!((index.segments.len(), index.duration_seconds()), (6, Some(12)));
    assert!(index.range(5).unwrap().end <= FILM.len() as u64);
    for number in [0, tone::COUNT - 1] {
        let wave = tone::wave(number);
        assert!(is_content("audio/wav", &wave));
        assert_eq!(wav::duration_seconds(&wave, wave.len() as u64), Some(2));
    }
    let picture = picture::svg(3, "Fish & <Chips>: the very long title of a course that goes on");
    assert!(is_content("image/svg+xml", picture.as_bytes()));
    assert!(picture.contains("Fish &amp; &lt;Chips&gt;") && !picture.contains("<script"));
}
